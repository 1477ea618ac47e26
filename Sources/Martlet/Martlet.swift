// Re-exports everything that users of the library name, so that `import Martlet` is enough.

@_exported import Checkpoints
@_exported import Configuration
@_exported import Datasets
@_exported import DurableFiles
@_exported import KerasFormat
@_exported import Kernels
@_exported import ModelFiles
@_exported import NeuralNetwork
@_exported import Randomness
@_exported import RunConfiguration
@_exported import SystemResources
@_exported import Training
