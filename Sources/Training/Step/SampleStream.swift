import Datasets

/// The samples of a pass over a data set, in an order, in windows of adjacent samples.
///
/// Inputs in memory or in a mapped file are used where they lie. Others are decoded ahead, window by window.
final class SampleStream {
  /// The samples of the whole pass; the inputs of decoded ones are those of the current window.
  private var samples: SampleSlice
  private let decoding: DecodingPipeline?

  fileprivate init(_ samples: SampleSlice, decoding: DecodingPipeline?) {
    self.samples = samples
    self.decoding = decoding
  }

  /// The number of samples of the whole pass.
  var count: Int { samples.count }

  /// The seconds that steps have waited for inputs to be decoded; nil if they are not decoded.
  var secondsWaited: Double? { decoding?.secondsWaited }

  /// The samples of the next window, waiting for its inputs. They are valid until the next call.
  ///
  /// - Parameter range: for decoded inputs the window after that of the last call.
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded.
  func window(_ range: Range<Int>) throws -> SampleSlice {
    if let decoding {
      samples.inputs = try decoding.next(range)
      samples.firstInput = range.lowerBound
    }
    return samples.part(range)
  }
}

extension Dataset {
  /// Calls `body` with the samples in `order` (nil for the order of the data).
  ///
  /// - Parameters:
  ///   - scale: the divisor of inputs.
  ///   - window: the samples per window of decoded inputs; the last one may be smaller.
  ///   - firstWindow: the first window that `body` asks for.
  ///   - workerCount: the number of threads that decode.
  func withSamples<Result>(
    order: SampleOrder? = nil, scale: Float, window: Int, firstWindow: Int = 0, workerCount: Int,
    _ body: (SampleStream) throws -> Result
  ) throws -> Result {
    let order = storedOrder(order)
    let decoding = try decoder.map {
      try DecodingPipeline(
        $0, inputCount: shape.count, order: order, window: window, firstWindow: firstWindow, samples: count,
        workerCount: workerCount)
    }
    defer { decoding?.stop() }
    return try withInputs { inputs in
      try withTargets { targets in
        try withWeights { weights in
          let samples = { (order: UnsafePointer<Int32>?) in
            SampleSlice(
              inputs: inputs, targets: targets, weights: weights, scale: scale, order: order, range: 0..<self.count)
          }
          guard let order else { return try body(SampleStream(samples(nil), decoding: decoding)) }
          return try order.withUnsafeBufferPointer {
            try body(SampleStream(samples($0.baseAddress), decoding: decoding))
          }
        }
      }
    }
  }

  /// The stored indices of the samples in an order, relative to `firstStored`; nil for 0, 1, 2…
  private func storedOrder(_ order: SampleOrder?) -> [Int32]? {
    guard case .indices(let stored) = selection else { return order?.indices }
    return order.map { $0.indices.map { stored[Int($0)] } } ?? stored
  }

  /// The stored sample that has the index 0 in the order.
  private var firstStored: Int {
    guard case .range(let range) = selection else { return 0 }
    return range.lowerBound
  }

  private var decoder: ShiftedDecoder? {
    guard case .decoded(let decoder) = storage else { return nil }
    return ShiftedDecoder(decoder: decoder, first: firstStored)
  }

  private func withInputs<Result>(_ body: (SampleSlice.Inputs) throws -> Result) rethrows -> Result {
    let first = firstStored * shape.count
    switch storage {
    case .bytes(let values):
      return try values.withUnsafeBufferPointer { try body(.bytes(start(of: $0) + first)) }
    case .floats(let values):
      return try values.withUnsafeBufferPointer { try body(.floats(UnsafeRawPointer(start(of: $0) + first))) }
    case .mapped(let inputs):
      guard inputs.element == .uint8 else {
        return try body(.floats(inputs.start + first * MemoryLayout<Float>.size))
      }
      return try body(.bytes((inputs.start + first).assumingMemoryBound(to: UInt8.self)))
    case .decoded: return try body(.none)
    }
  }

  private func withTargets<Result>(_ body: (SampleSlice.Targets) throws -> Result) rethrows -> Result {
    switch targets {
    case .labels(let labels):
      return try labels.withUnsafeBufferPointer { try body(.labels(start(of: $0) + firstStored)) }
    case .values(let values, let shape):
      let width = shape.count
      return try values.withUnsafeBufferPointer {
        try body(.values(start(of: $0) + firstStored * width, width: width))
      }
    case nil: return try body(.none)
    }
  }

  private func withWeights<Result>(_ body: (UnsafePointer<Float>?) throws -> Result) rethrows -> Result {
    guard let weights else { return try body(nil) }
    return try weights.withUnsafeBufferPointer { try body(start(of: $0) + firstStored) }
  }

  private func start<Value>(of buffer: UnsafeBufferPointer<Value>) -> UnsafePointer<Value> {
    guard let start = buffer.baseAddress else { preconditionFailure("the data set '\(name)' is empty") }
    return start
  }
}

/// A decoder whose samples are counted from a later one.
struct ShiftedDecoder: Sendable {
  let decoder: any InputDecoder
  let first: Int

  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) throws {
    try decoder.decode(first + sample, into: input)
  }
}
