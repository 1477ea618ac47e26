import Datasets
import NeuralNetwork

/// Samples of a data set, in an order: the unit of a worker's computation.
struct SampleSlice: @unchecked Sendable {
  // Sendable: the memory is read-only while the slice is in use.
  /// Inputs in memory: bytes, or 32-bit floats that may be unaligned.
  enum Inputs {
    /// Inputs that are not decoded yet.
    case none
    case bytes(UnsafePointer<UInt8>)
    case floats(UnsafeRawPointer)
  }

  /// The targets of all samples.
  enum Targets {
    case none
    case labels(UnsafePointer<Int32>)
    /// (all samples, width)
    case values(UnsafePointer<Float>, width: Int)
  }

  var inputs: Inputs
  let targets: Targets
  /// The weights of all samples in the loss; nil if all are 1.
  let weights: UnsafePointer<Float>?
  /// The divisor of inputs.
  let scale: Float
  /// The order of all samples; nil for the order of the data.
  let order: UnsafePointer<Int32>?
  /// The place in the order of the first input, if inputs lie in the order; nil if they lie as the data does.
  var firstInput: Int?
  var range: Range<Int>

  var count: Int { range.count }

  /// The stored index of a sample.
  func index(at position: Int) -> Int {
    order.map { Int($0[range.lowerBound + position]) } ?? range.lowerBound + position
  }

  /// The index of a sample's input.
  func inputIndex(at position: Int) -> Int {
    firstInput.map { range.lowerBound + position - $0 } ?? index(at: position)
  }

  /// A part of the slice, relative to its first sample.
  func part(_ part: Range<Int>) -> SampleSlice {
    var slice = self
    slice.range = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
    return slice
  }
}
