import Datasets
import NeuralNetwork

/// Samples of a data set, in an order: the unit of a worker's computation.
struct SampleSlice: @unchecked Sendable {
  // Sendable: the memory is read-only while the slice is in use.
  /// The inputs of all samples.
  enum Inputs {
    case bytes(UnsafePointer<UInt8>)
    case floats(UnsafePointer<Float>)
  }

  /// The targets of all samples.
  enum Targets {
    case none
    case labels(UnsafePointer<Int32>)
    /// (all samples, width)
    case values(UnsafePointer<Float>, width: Int)
  }

  let inputs: Inputs
  let targets: Targets
  /// The divisor of inputs.
  let scale: Float
  /// The order of all samples; nil for the order of the data.
  let order: UnsafePointer<Int32>?
  let range: Range<Int>

  var count: Int { range.count }

  func index(at position: Int) -> Int {
    order.map { Int($0[range.lowerBound + position]) } ?? range.lowerBound + position
  }

  /// A part of the slice, relative to its first sample.
  func part(_ part: Range<Int>) -> SampleSlice {
    let first = range.lowerBound
    return SampleSlice(
      inputs: inputs, targets: targets, scale: scale, order: order,
      range: first + part.lowerBound..<first + part.upperBound)
  }
}

extension Dataset {
  /// Calls `body` with the samples in `order` (nil for the order of the data).
  ///
  /// - Parameter scale: the divisor of inputs.
  func withSamples<Result>(
    order: SampleOrder? = nil, scale: Float, _ body: (SampleSlice) throws -> Result
  ) rethrows -> Result {
    try withInputs { inputs in
      try withTargets { targets in
        guard let order else {
          return try body(
            SampleSlice(inputs: inputs, targets: targets, scale: scale, order: nil, range: 0..<count))
        }
        return try order.indices.withUnsafeBufferPointer {
          try body(
            SampleSlice(inputs: inputs, targets: targets, scale: scale, order: $0.baseAddress, range: 0..<count))
        }
      }
    }
  }

  private func withInputs<Result>(_ body: (SampleSlice.Inputs) throws -> Result) rethrows -> Result {
    let first = range.lowerBound * shape.count
    switch inputs {
    case .bytes(let values):
      return try values.withUnsafeBufferPointer { try body(.bytes(start(of: $0) + first)) }
    case .floats(let values):
      return try values.withUnsafeBufferPointer { try body(.floats(start(of: $0) + first)) }
    }
  }

  private func withTargets<Result>(_ body: (SampleSlice.Targets) throws -> Result) rethrows -> Result {
    switch targets {
    case .labels(let labels):
      return try labels.withUnsafeBufferPointer { try body(.labels(start(of: $0) + range.lowerBound)) }
    case .values(let values, let shape):
      let width = shape.count
      return try values.withUnsafeBufferPointer {
        try body(.values(start(of: $0) + range.lowerBound * width, width: width))
      }
    case nil: return try body(.none)
    }
  }

  private func start<Value>(of buffer: UnsafeBufferPointer<Value>) -> UnsafePointer<Value> {
    guard let start = buffer.baseAddress else { preconditionFailure("the data set '\(name)' is empty") }
    return start
  }
}
