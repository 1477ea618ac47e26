import Datasets
import Kernels
import NeuralNetwork

/// The cost of one operation of a network, per sample, on one core.
package struct LayerProfile: Sendable {
  /// The layers that it comprises: `conv2d + max_pooling2d`.
  package let name: String
  package let operations: OperationCount
  package let forward: Timing
  package let backward: Timing
}
