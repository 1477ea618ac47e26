import HDF5Reading
import NeuralNetwork
import Training

/// The name of a layer among those of its class: `dense`, `dense_1`, …
///
/// Numbers may be left out: tf.keras 2.12 and 2.13 count each layer with weights twice.
struct KerasClassName: Comparable {
  /// `dense`
  let stem: Substring
  let number: Int

  init(_ name: String) {
    let end = name.lastIndex(of: "_") ?? name.endIndex
    let number = end < name.endIndex ? Int(name[name.index(after: end)...]) : nil
    stem = number == nil ? name[...] : name[..<end]
    self.number = number ?? 0
  }

  static func < (left: Self, right: Self) -> Bool { (left.stem, left.number) < (right.stem, right.number) }
}
