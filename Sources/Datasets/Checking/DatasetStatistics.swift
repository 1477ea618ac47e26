import Tensors

/// What one pass over the samples of a data set finds out.
///
/// A few samples are in memory at a time; of each there remains a digest of 32 bytes.
package struct DatasetStatistics: Sendable {
  /// The name of the data set.
  package let name: String
  /// The number of samples.
  package let count: Int
  /// The element type and shape of an input.
  package let input: Field
  /// The element type and shape of a target; nil without targets.
  package let target: Field?
  /// The input values of each channel of images, or at each position of vectors. Samples that are not finite are left
  /// out.
  package let channels: [ValueStatistics]
  /// The samples of each class by label, in rising order; nil if the targets are neither labels nor one-hot.
  package let classes: [(label: Int, count: Int)]?
  /// The target values at each position, if they are no classes; empty otherwise.
  package let targets: [ValueStatistics]
  /// Images that have the same value everywhere.
  package let constantSamples: [Int]
  /// Inputs with a value that is NaN or infinite.
  package let nonfiniteSamples: [Int]
  /// The digest of each sample's input, in order; empty if only some were looked at.
  let digests: [InputDigest]

  /// All input values.
  package var values: ValueStatistics { ValueStatistics(channels) }

  /// - Parameter limit: the maximum number of inputs to look at, at equal distances, without digests; nil for all.
  ///   Targets are always counted in full.
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded.
  package init(_ data: Dataset, limit: Int? = nil) throws {
    name = data.name
    count = data.count
    input = data.input
    target = data.target
    classes = Self.classes(of: data)
    targets = classes == nil ? Self.targets(of: data) : []
    var scan = InputScan(data)
    let step = limit.map { (data.count + $0 - 1) / max($0, 1) } ?? 1
    let samples = stride(from: 0, to: data.count, by: max(step, 1))
    if step <= 1 { scan.reserve(data.count) }
    try data.forEachInput(samples) { scan.add($0, $1, element: data.input.element, hasDigest: step <= 1) }
    channels = scan.sums.statistics
    constantSamples = scan.constant
    nonfiniteSamples = scan.nonfinite
    digests = scan.digests
  }

  private static func classes(of data: Dataset) -> [(label: Int, count: Int)]? {
    guard let target = data.target, target.element == .label || target.shape.count > 1 else { return nil }
    var counts: [Int: Int] = [:]
    for sample in 0..<data.count {
      guard let label = data.classIndex(sample, of: target.shape.count) else { return nil }
      counts[label, default: 0] += 1
    }
    return counts.map { (label: $0.key, count: $0.value) }.sorted { $0.label < $1.label }
  }

  private static func targets(of data: Dataset) -> [ValueStatistics] {
    guard let target = data.target else { return [] }
    var sums = ChannelSums(channels: target.shape.count)
    for sample in 0..<data.count {
      (data.target(sample) ?? []).withUnsafeBufferPointer { sums.add($0, Double.init) }
    }
    return sums.statistics
  }
}

/// The state of a pass over inputs.
private struct InputScan {
  var sums: ChannelSums
  var constant: [Int] = []
  var nonfinite: [Int] = []
  var digests: [InputDigest] = []
  private let isImage: Bool

  init(_ data: Dataset) {
    isImage = data.shape.image != nil
    sums = ChannelSums(channels: isImage ? data.shape.dimensions[2] : data.shape.count)
  }

  /// Makes room for digests, which would take twice their size if they grew.
  mutating func reserve(_ count: Int) { digests.reserveCapacity(count) }

  mutating func add(_ sample: Int, _ input: UnsafeRawBufferPointer, element: Field.Element, hasDigest: Bool) {
    if hasDigest { digests.append(InputDigest(input)) }
    if element == .uint8 {
      input.withMemoryRebound(to: UInt8.self) { add(sample, $0, Double.init) }
    } else {
      input.withMemoryRebound(to: Float.self) { values in
        guard values.allSatisfy(\.isFinite) else { return nonfinite.append(sample) }
        add(sample, values, Double.init)
      }
    }
  }

  private mutating func add<Value: Equatable>(
    _ sample: Int, _ values: UnsafeBufferPointer<Value>, _ number: (Value) -> Double
  ) {
    sums.add(values, number)
    if isImage, values.count > 1, values.allSatisfy({ $0 == values[0] }) { constant.append(sample) }
  }
}
