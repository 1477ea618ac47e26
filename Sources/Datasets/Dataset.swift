import Tensors

/// A data set in memory: samples with inputs and, if known, targets.
///
/// Inputs are stored as bytes or floats; training divides them by its `scale`. Targets are labels or floats.
public struct Dataset: Sendable {
  /// The name in messages: `mnist (train)`.
  public let name: String
  /// The shape of an input: (height, width, channels) of an image, (n) of a vector.
  public let shape: Shape
  /// The values of all samples in memory, of which the data set may be a part.
  package let inputs: Inputs
  package let targets: Targets?
  /// The index range of the data set's samples in memory.
  package let range: Range<Int>
  private let cachedFingerprint = CachedFingerprint()

  /// The inputs of all samples, concatenated.
  public enum Inputs: Sendable, Equatable {
    /// Bytes, 0 to 255.
    case bytes([UInt8])
    case floats([Float])

    package var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// The targets of all samples, concatenated.
  public enum Targets: Sendable, Equatable {
    /// A label per sample, from 0.
    case labels([Int32])
    /// Float targets of the shape (n) per sample.
    case values([Float], shape: Shape)
  }

  /// - Parameters:
  ///   - shape: of an input: one to three dimensions of 1 or more.
  ///   - targets: nil if unknown: such data can be used for prediction, not for training.
  /// - Throws: `DatasetError` if there are no samples, the counts do not match, a float is not finite, or a label is
  ///   negative.
  public init(name: String, shape: Shape, inputs: Inputs, targets: Targets?) throws {
    let count = try Self.sampleCount(inputs.count, of: shape, what: "inputs", name: name)
    guard count > 0 else { throw DatasetError.noSamples(name: name) }
    self.name = name
    self.shape = shape
    self.inputs = inputs
    self.targets = targets
    range = 0..<count
    try check()
  }

  /// A part of another data set, sharing its memory.
  init(_ whole: Dataset, name: String, range: Range<Int>) {
    self.name = name
    shape = whole.shape
    inputs = whole.inputs
    targets = whole.targets
    self.range = range
  }

  /// The number of samples.
  public var count: Int { range.count }

  /// The element type and shape of an input.
  public var input: Field {
    switch inputs {
    case .bytes: Field(shape: shape, element: .uint8)
    case .floats: Field(shape: shape, element: .float32)
    }
  }

  /// The element type and shape of a target; nil without targets.
  public var target: Field? {
    switch targets {
    case .labels: .label
    case .values(_, let shape): Field(shape: shape, element: .float32)
    case nil: nil
    }
  }

  /// The SHA-256 of the contents, in hexadecimal: data sets with the same fingerprint have the same samples.
  public var fingerprint: String { cachedFingerprint.value { computeFingerprint() } }
}

// MARK: - Contents

extension Dataset {
  /// All inputs (count, shape…), if they are bytes.
  public var bytes: [UInt8]? {
    guard case .bytes(let values) = inputs else { return nil }
    return part(of: values, each: shape.count)
  }

  /// All inputs (count, shape…), if they are floats.
  public var floats: [Float]? {
    guard case .floats(let values) = inputs else { return nil }
    return part(of: values, each: shape.count)
  }

  /// The label of each sample (count), if the targets are labels.
  public var labels: [Int32]? {
    guard case .labels(let labels) = targets else { return nil }
    return part(of: labels, each: 1)
  }

  /// All targets (count, shape…), if they are floats.
  public var targetValues: [Float]? {
    guard case .values(let values, let shape) = targets else { return nil }
    return part(of: values, each: shape.count)
  }

  private func part<Value>(of values: [Value], each count: Int) -> [Value] {
    let part = range.lowerBound * count..<range.upperBound * count
    return part == values.indices ? values : Array(values[part])
  }

  /// The size of inputs and targets in bytes.
  package var byteCount: Int {
    let input = shape.count * (input.element == .uint8 ? 1 : MemoryLayout<Float>.size)
    return count * (input + (target?.shape.count ?? 0) * MemoryLayout<Float>.size)
  }

  /// The first samples.
  ///
  /// - Precondition: the data set has at least `count` samples.
  public func prefix(_ count: Int) -> Dataset {
    precondition((1...self.count).contains(count), "'\(name)' has \(self.count) samples, not \(count)")
    return Dataset(self, name: name, range: range.lowerBound..<range.lowerBound + count)
  }

  /// Splits off the last part of the samples for validation, as in Keras: floor(count · (1 − fraction)) samples remain
  /// for training.
  ///
  /// - Throws: `DatasetError.emptyPart` if one of the two parts would be empty.
  public func split(validation fraction: Double) throws -> (train: Dataset, validation: Dataset) {
    precondition(fraction > 0 && fraction < 1, "the fraction must be between 0 and 1, got \(fraction)")
    let first = Int((Double(count) * (1 - fraction)).rounded(.down))
    guard first > 0, first < count else {
      throw DatasetError.emptyPart(name: name, samples: count, fraction: fraction, validation: count - first)
    }
    let middle = range.lowerBound + first
    let stem = name.hasSuffix(" (train)") ? String(name.dropLast(" (train)".count)) : name
    return (
      Dataset(self, name: name, range: range.lowerBound..<middle),
      Dataset(self, name: "\(stem) (validation)", range: middle..<range.upperBound)
    )
  }
}
