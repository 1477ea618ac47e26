import Tensors

/// A data set: samples with inputs and, if known, targets.
///
/// Inputs are bytes or floats, in memory, in a mapped file, or in image files that are decoded on demand; training
/// divides them by its `scale`. Targets are labels or floats.
public struct Dataset: Sendable {
  /// The name in messages: `mnist (train)`.
  public let name: String
  /// The shape of an input: (height, width, channels) of an image, (n) of a vector.
  public let shape: Shape
  /// The names of the classes, in the order of their labels; nil if they have none.
  public let classNames: [String]?
  /// The inputs of all stored samples, of which the data set may be a part.
  package let storage: InputStorage
  /// The targets of all stored samples.
  package let targets: Targets?
  /// The weights of all stored samples in the loss; nil if all are 1.
  package let weights: [Float]?
  /// The stored samples that belong to the data set.
  package let selection: SampleSelection
  /// The digests of all stored samples, from which the fingerprint is made; nil to make it from the contents.
  private(set) var digests: SampleDigests?
  private let cachedFingerprint: CachedFingerprint

  /// The inputs of all samples, concatenated.
  public enum Inputs: Sendable, Equatable {
    /// Bytes, 0 to 255.
    case bytes([UInt8])
    case floats([Float])

    var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }

    var storage: InputStorage {
      switch self {
      case .bytes(let values): .bytes(values)
      case .floats(let values): .floats(values)
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
  ///   - weights: the weight of each sample in the loss, 0 or more; nil for 1.
  ///   - classNames: the names of the classes, in the order of their labels.
  /// - Throws: `DatasetError` if there are no samples, the counts do not match, a float is not finite, a label is
  ///   negative, or a weight is not a finite number of 0 or more.
  public init(
    name: String, shape: Shape, inputs: Inputs, targets: Targets?, weights: [Float]? = nil,
    classNames: [String]? = nil
  ) throws {
    let count = try Self.sampleCount(inputs.count, of: shape, what: "inputs", name: name)
    try self.init(
      name: name, shape: shape, storage: inputs.storage, count: count, targets: targets, weights: weights,
      classNames: classNames)
    if case .floats(let values) = inputs { try checkFinite(values, each: shape.count, what: "input") }
  }

  /// A data set whose inputs were checked already.
  ///
  /// - Parameter fingerprint: of the contents, if known.
  /// - Throws: `DatasetError` if there are no samples, the counts do not match, or a target or weight is invalid.
  package init(
    name: String, shape: Shape, storage: InputStorage, count: Int, targets: Targets?, weights: [Float]? = nil,
    classNames: [String]? = nil, digests: SampleDigests? = nil, fingerprint: String? = nil
  ) throws {
    guard count > 0 else { throw DatasetError.noSamples(name: name) }
    self.name = name
    self.shape = shape
    self.storage = storage
    self.targets = targets
    self.weights = weights
    self.classNames = classNames
    self.digests = digests
    selection = .range(0..<count)
    cachedFingerprint = CachedFingerprint(fingerprint)
    try checkTargets()
    try checkWeights()
  }

  /// A part of another data set, sharing its memory.
  init(
    _ whole: Dataset, name: String, selection: SampleSelection, weights: [Float]?? = nil, classNames: [String]? = nil
  ) {
    self.name = name
    shape = whole.shape
    storage = whole.storage
    targets = whole.targets
    self.weights = weights ?? whole.weights
    self.classNames = classNames ?? whole.classNames
    digests = whole.digests
    self.selection = selection
    cachedFingerprint = CachedFingerprint(nil)
  }

  /// The number of samples.
  public var count: Int { selection.count }

  /// The element type and shape of an input.
  public var input: Field { Field(shape: shape, element: storage.element) }

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
  /// All inputs (count, shape…), if they are bytes; those of a mapped file are copied. Nil also if they are decoded on
  /// demand.
  public var bytes: [UInt8]? {
    switch storage {
    case .bytes(let values): part(of: values, each: shape.count)
    case .mapped(let inputs) where inputs.element == .uint8: copied(inputs)
    default: nil
    }
  }

  /// All inputs (count, shape…), if they are floats; those of a mapped file are copied. Nil also if they are decoded on
  /// demand.
  public var floats: [Float]? {
    switch storage {
    case .floats(let values): part(of: values, each: shape.count)
    case .mapped(let inputs) where inputs.element == .float32: copied(inputs)
    default: nil
    }
  }

  /// The selected samples of a mapped file.
  private func copied<Value: BitwiseCopyable>(_ inputs: MappedInputs) -> [Value] {
    let size = shape.count * MemoryLayout<Value>.size
    return [Value](unsafeUninitializedCapacity: count * shape.count) { values, initialized in
      guard let start = values.baseAddress else { return }
      for index in 0..<count {
        UnsafeMutableRawPointer(start + index * shape.count)
          .copyMemory(from: inputs.start + selection[index] * size, byteCount: size)
      }
      initialized = count * shape.count
    }
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

  /// The weight of each sample in the loss (count); nil if all are 1.
  public var sampleWeights: [Float]? { weights.map { part(of: $0, each: 1) } }

  /// The values of the selected samples, `count` each.
  private func part<Value>(of values: [Value], each count: Int) -> [Value] {
    switch selection {
    case .range(let range):
      let part = range.lowerBound * count..<range.upperBound * count
      return part == values.indices ? values : Array(values[part])
    case .indices(let indices):
      return indices.flatMap { values[Int($0) * count..<(Int($0) + 1) * count] }
    }
  }

  /// The size of inputs and targets in memory in bytes; mapped and decoded inputs use none.
  package var byteCount: Int {
    let input =
      switch storage {
      case .bytes: shape.count
      case .floats: shape.count * MemoryLayout<Float>.size
      case .mapped, .decoded: 0
      }
    return count * (input + (target?.shape.count ?? 0) * MemoryLayout<Float>.size)
  }

  /// The first samples.
  ///
  /// - Precondition: the data set has at least `count` samples.
  public func prefix(_ count: Int) -> Dataset {
    precondition((1...self.count).contains(count), "'\(name)' has \(self.count) samples, not \(count)")
    return Dataset(self, name: name, selection: selection.part(0..<count))
  }

  /// Splits off the last part of the samples for validation, as in Keras: floor(count · (1 − fraction)) samples remain
  /// for training.
  ///
  /// - Throws: `DatasetError.emptyPart` if one of the two parts would be empty.
  public func split(validation fraction: Double) throws -> (train: Dataset, validation: Dataset) {
    try split(validation: fraction, stratifies: false)
  }

  /// Splits off samples for validation, as many as in Keras.
  ///
  /// - Parameter stratifies: whether they are a fixed draw with the same share of each class, instead of the last ones.
  /// - Throws: `DatasetError.emptyPart` if one of the two parts would be empty, `.noClasses` if samples have no classes
  ///   to draw by.
  package func split(
    validation fraction: Double, stratifies: Bool
  ) throws -> (train: Dataset, validation: Dataset) {
    precondition(fraction > 0 && fraction < 1, "the fraction must be between 0 and 1, got \(fraction)")
    let first = Int((Double(count) * (1 - fraction)).rounded(.down))
    guard first > 0, first < count else {
      throw DatasetError.emptyPart(name: name, samples: count, fraction: fraction, validation: count - first)
    }
    let others = "\(stem) (validation)"
    guard stratifies else {
      return (
        Dataset(self, name: name, selection: selection.part(0..<first)),
        Dataset(self, name: others, selection: selection.part(first..<count))
      )
    }
    _ = try checkedClasses(for: "fit.stratify")
    let (drawn, remaining) = draw(count - first, purpose: .validationSplit)
    return (
      Dataset(self, name: name, selection: selection.samples(at: remaining)),
      Dataset(self, name: others, selection: selection.samples(at: drawn))
    )
  }

  /// The name without its part.
  var stem: String { name.hasSuffix(" (train)") ? String(name.dropLast(" (train)".count)) : name }
}
