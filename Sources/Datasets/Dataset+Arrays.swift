import Tensors

/// Data sets from arrays in memory.
extension Dataset {
  /// Creates a data set of float vectors or images with labels.
  ///
  /// - Parameters:
  ///   - shape: of an input: (n), or (height, width, channels).
  ///   - inputs: (samples, shape…), row-major.
  ///   - labels: (samples), from 0.
  /// - Throws: `DatasetError` if the counts do not match, an input is not finite, or a label is negative.
  public init(name: String, shape: Shape, inputs: [Float], labels: [some BinaryInteger]) throws {
    try self.init(name: name, shape: shape, inputs: .floats(inputs), targets: Self.classes(labels, name: name))
  }

  /// Creates a data set of float vectors or images with float targets.
  ///
  /// - Parameters:
  ///   - targets: (samples, targetShape…), row-major.
  ///   - targetShape: of a target: (n).
  /// - Throws: `DatasetError` if the counts do not match, or a number is not finite.
  public init(name: String, shape: Shape, inputs: [Float], targets: [Float], targetShape: Shape = [1]) throws {
    try self.init(name: name, shape: shape, inputs: .floats(inputs), targets: .values(targets, shape: targetShape))
  }

  /// Creates a data set of byte inputs (0 to 255) with labels.
  ///
  /// - Throws: `DatasetError` if the counts do not match, or a label is negative.
  public init(name: String, shape: Shape, inputs: [UInt8], labels: [some BinaryInteger]) throws {
    try self.init(name: name, shape: shape, inputs: .bytes(inputs), targets: Self.classes(labels, name: name))
  }

  /// Creates a data set of byte inputs (0 to 255) with float targets.
  ///
  /// - Throws: `DatasetError` if the counts do not match, or a target is not finite.
  public init(name: String, shape: Shape, inputs: [UInt8], targets: [Float], targetShape: Shape = [1]) throws {
    try self.init(name: name, shape: shape, inputs: .bytes(inputs), targets: .values(targets, shape: targetShape))
  }

  /// Creates a data set of byte images with labels.
  ///
  /// - Parameter images: (samples, height, width, channels).
  /// - Throws: as `init(name:shape:inputs:labels:)`.
  public init(name: String, shape: Shape, images: [UInt8], labels: [Int32]) throws {
    try self.init(name: name, shape: shape, inputs: .bytes(images), targets: .labels(labels))
  }

  private static func classes(_ labels: [some BinaryInteger], name: String) throws -> Targets {
    .labels(
      try labels.enumerated().map { sample, label in
        guard let value = Int32(exactly: label), value >= 0 else {
          throw DatasetError.noLabel(name: name, sample: sample, value: "\(label)")
        }
        return value
      })
  }
}

extension Dataset {
  /// The number of samples in a number of values.
  ///
  /// - Parameter what: `inputs` or `targets`.
  /// - Throws: `DatasetError.unfitShape`, `.raggedValues`.
  static func sampleCount(_ values: Int, of shape: Shape, what: String, name: String) throws -> Int {
    var count = 1
    for dimension in shape.dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow else { throw DatasetError.unfitShape(name: name, what: what, shape: shape) }
      count = product
    }
    guard (1...3).contains(shape.dimensions.count) else {
      throw DatasetError.unfitShape(name: name, what: what, shape: shape)
    }
    guard values % count == 0 else {
      throw DatasetError.raggedValues(name: name, what: what, count: values, shape: shape)
    }
    return values / count
  }

  /// Checks that there is a valid target per sample.
  func checkTargets() throws {
    switch targets {
    case .labels(let labels):
      try check(targetCount: labels.count)
      if let sample = labels.firstIndex(where: { $0 < 0 }) {
        throw DatasetError.noLabel(name: name, sample: sample, value: "\(labels[sample])")
      }
    case .values(let values, let targetShape):
      try check(targetCount: Self.sampleCount(values.count, of: targetShape, what: "targets", name: name))
      try checkFinite(values, each: targetShape.count, what: "target")
    case nil: break
    }
  }

  private func check(targetCount: Int) throws {
    guard targetCount == count else {
      throw DatasetError.countMismatch(name: name, inputs: count, targets: targetCount)
    }
  }

  /// Checks that there is a valid weight per sample.
  func checkWeights() throws {
    guard let weights else { return }
    guard weights.count == count else {
      throw DatasetError.weightCountMismatch(name: name, inputs: count, weights: weights.count)
    }
    if let sample = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      throw DatasetError.noWeight(name: name, sample: sample, value: "\(weights[sample])")
    }
  }

  func checkFinite(_ values: [Float], each count: Int, what: String) throws {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw DatasetError.nonfinite(name: name, what: what, sample: index / count, value: "\(values[index])")
  }
}
