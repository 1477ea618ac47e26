import Tensors

/// Samples in memory: an input each, and a target each where they are known.
///
/// Inputs are bytes or floats, and stay what they are: a training divides them by its `scale` when it computes with them.
/// Targets are classes (labels) or floats.
public struct Dataset: Sendable {
  /// What messages call it: `mnist (train)`.
  public let name: String
  /// The shape of an input: (height, width, channels) of an image, (n) of a vector.
  public let shape: Shape
  /// Those of all samples that the memory holds; the data set may have a part of them.
  package let inputs: Inputs
  package let targets: Targets?
  /// The samples of the data set, in the order of the memory.
  package let range: Range<Int>
  private let cachedFingerprint = CachedFingerprint()

  /// The inputs of all samples, one after the other.
  public enum Inputs: Sendable, Equatable {
    /// 0 to 255.
    case bytes([UInt8])
    case floats([Float])

    package var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// The targets of all samples, one after the other.
  public enum Targets: Sendable, Equatable {
    /// A class for each sample, from 0.
    case labels([Int32])
    /// Floats of a shape for each sample: (n).
    case values([Float], shape: Shape)
  }

  /// - Parameters:
  ///   - shape: of an input: one to three dimensions of 1 or more.
  ///   - targets: nil if they are not known: such data can be asked about, not trained on.
  /// - Throws: `DatasetError` if there are no samples, the counts do not fit together, a float is not finite, or a label is
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

  /// A part of another data set, in the same memory.
  init(_ whole: Dataset, name: String, range: Range<Int>) {
    self.name = name
    shape = whole.shape
    inputs = whole.inputs
    targets = whole.targets
    self.range = range
  }

  /// The number of samples.
  public var count: Int { range.count }

  /// What a sample's input is.
  public var input: Field {
    switch inputs {
    case .bytes: Field(shape: shape, element: .uint8)
    case .floats: Field(shape: shape, element: .float32)
    }
  }

  /// What a sample's target is; nil without targets.
  public var target: Field? {
    switch targets {
    case .labels: .label
    case .values(_, let shape): Field(shape: shape, element: .float32)
    case nil: nil
    }
  }

  /// The SHA-256 of all that it holds, in hexadecimal: two data sets with the same one have the same samples.
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

  /// The class of each sample (count), if the targets are labels.
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

  /// The bytes of inputs and targets.
  package var byteCount: Int {
    let input = shape.count * (input.element == .uint8 ? 1 : MemoryLayout<Float>.size)
    return count * (input + (target?.shape.count ?? 0) * MemoryLayout<Float>.size)
  }

  /// The first samples.
  ///
  /// - Precondition: the data set has as many.
  public func prefix(_ count: Int) -> Dataset {
    precondition((1...self.count).contains(count), "'\(name)' has \(self.count) samples, not \(count)")
    return Dataset(self, name: name, range: range.lowerBound..<range.lowerBound + count)
  }

  /// Sets the last part of the samples apart, as Keras does: floor(count · (1 − fraction)) samples are left for training.
  ///
  /// - Throws: `DatasetError.emptyPart` if one of the two parts would be empty.
  public func split(validation fraction: Double) throws -> (train: Dataset, validation: Dataset) {
    precondition(fraction > 0 && fraction < 1, "a part is more than 0 and less than 1, got \(fraction)")
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
