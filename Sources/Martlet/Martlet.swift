@_exported import Configuration
@_exported import Datasets
@_exported import NeuralNetwork
@_exported import Training
