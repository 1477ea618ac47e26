import DurableFiles
import Glibc
import HDF5Writing
import NeuralNetwork
import Training

/// A checkpoint that is durable in a directory.
package struct StoredCheckpoint: Equatable {
  package let path: String
  /// Whether it is the best of those in the directory.
  let isBest: Bool
  /// Why a link is missing or wrong; nil if both are right.
  let linkFault: String?
  /// Which other file had its name, and where it was moved.
  let setAside: String?
}
