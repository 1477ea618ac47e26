import DurableFiles
import SystemResources
import Tensors

/// The arrays of one part of a data set: inputs, targets and sample weights.
///
/// Inputs are images (samples, height, width) or (samples, height, width, channels), or vectors (samples, n). Unsigned
/// bytes stay bytes, all other types become floats. Targets are labels if they are integers (samples), and floats
/// (samples, n) otherwise.
struct ArrayPart {
  /// The name of the data set: `npz (train)`.
  let name: String
  let inputs: any StoredArray
  let targets: (any StoredArray)?
  let weights: (any StoredArray)?

  /// The data set. Uncompressed bytes and 32-bit floats are mapped, everything else is converted.
  ///
  /// - Parameter targets: used if there is no array of targets.
  /// - Throws: `DatasetError` if the arrays do not fit together, hold values that cannot be used, or do not fit in
  ///   memory.
  func dataset(
    _ cache: ConvertedSamples, _ context: DatasetContext, targets known: Dataset.Targets? = nil,
    classNames: [String]? = nil
  ) throws -> Dataset {
    let shape = try sampleShape()
    let (targets, weights) = (try convertedTargets() ?? known, try convertedWeights())
    return try Dataset(
      name: name, shape: shape, storage: storage(shape, cache, context), count: inputs.rowCount, targets: targets,
      weights: weights, classNames: classNames)
  }

  // MARK: - Inputs

  private func sampleShape() throws -> Shape {
    let dimensions = inputs.shape
    let sample: Shape
    switch dimensions.count {
    case 1: sample = [1]
    case 2: sample = [dimensions[1]]
    case 3: sample = [dimensions[1], dimensions[2], 1]
    case 4: sample = [dimensions[1], dimensions[2], dimensions[3]]
    default:
      throw inputs.damaged(
        "has the shape \(inputs.shapeText); inputs are vectors (samples, n), or images (samples, height, width) "
          + "or (samples, height, width, channels)")
    }
    guard inputs.valueCount > 0 else { throw inputs.damaged("is empty: its shape is \(inputs.shapeText)") }
    guard inputs.rowCount <= Int(Int32.max) else {
      throw inputs.damaged("has \(inputs.rowCount) samples; at most \(Int32.max) are supported")
    }
    return sample
  }

  private func storage(_ shape: Shape, _ cache: ConvertedSamples, _ context: DatasetContext) throws -> InputStorage {
    let element: Field.Element = inputs.type.isByte ? .uint8 : .float32
    if let file = inputs.file, let offset = inputs.offset, inputs.type.isByte || inputs.type.isFloat {
      let content = MappedContent(
        of: file, part: inputs.name, byteCount: inputs.valueCount * inputs.type.size, context)
      let examine = { (progress: (Int, Int) -> Void) in try examined(progress) }
      if inputs.hasChecksum || inputs.type.isFloat {
        _ = try content.map { try $0.result("valid 1", compute: examine) } ?? examine { _, _ in }
      }
      return .mapped(MappedInputs(file: file, offset: offset, element: element, content: content))
    }
    let (size, overflow) = inputs.valueCount.multipliedReportingOverflow(by: element == .uint8 ? 1 : 4)
    if cache == .disk, let file = inputs.file { return .mapped(try converted(file, shape, element, context)) }
    guard !overflow, Memory.canHold(size) else {
      throw inputs.damaged(
        "has \(inputs.valueCount) numbers, too many for memory; convert them once into a file with 'cache: disk', or "
          + "store them uncompressed as uint8 or float32: then they are mapped")
    }
    return element == .uint8 ? .bytes(try inputs.bytes()) : .floats(try inputs.floats())
  }

  /// Verifies the checksum of mapped values, and that they are finite.
  private func examined(_ progress: (_ done: Int, _ total: Int) -> Void) throws -> String {
    try inputs.verify(progress)
    guard inputs.type.isFloat else { return "valid" }
    let rowSize = inputs.rowLength * inputs.type.size
    try inputs.forEachStoredBlock { bytes, rows in
      if !FloatCheck.areFinite(bytes) {
        for index in 0..<bytes.count / 4 {
          let value = bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
          guard value.isFinite else {
            throw inputs.nonfinite(value, sample: rows.lowerBound + index / inputs.rowLength)
          }
        }
      }
      progress(rows.upperBound * rowSize, inputs.rowCount * rowSize)
    }
    return "valid"
  }

  /// The inputs in a file of the cache, converted if they are not yet.
  private func converted(
    _ file: MappedFile, _ shape: Shape, _ element: Field.Element, _ context: DatasetContext
  ) throws -> MappedInputs {
    let place = "\(FileStamp.absolutePath(file.path)): \(inputs.name)"
    let contents = file.contentsIdentity
    let cacheFile = SampleCacheFile(
      SampleCacheFile.Description(
        source: "\(place)\n\(contents)\nconverted array 1", shape: shape, element: element, count: inputs.rowCount,
        origin: .init(place: place, contents: contents)),
      in: try context.decodedDirectory())
    if let known = cacheFile.open(context) { return known }
    try inputs.verify { _, _ in }
    let rows = RowConverter(inputs)
    return try cacheFile.inputs(threads: 1, context) { row, output in
      try rows.convert(row, into: output)
      guard row + 1 < inputs.rowCount || file.isUnchanged(since: contents) else {
        throw DatasetError.damaged(
          path: file.path, reason: "was changed while it was converted; start again when nothing writes to it")
      }
    }
  }

  // MARK: - Targets and weights

  private func check(_ array: any StoredArray) throws {
    guard array.rowCount == inputs.rowCount else {
      throw array.damaged(
        "has \(array.rowCount) samples, but '\(inputs.name)' has \(inputs.rowCount); use arrays that belong together")
    }
  }

  private func convertedTargets() throws -> Dataset.Targets? {
    guard let targets else { return nil }
    let dimensions = targets.shape
    guard (1...4).contains(dimensions.count), targets.valueCount > 0 || dimensions[0] != inputs.rowCount else {
      throw targets.damaged(
        "has the shape \(targets.shapeText); targets are labels (samples) or values (samples, n)")
    }
    try check(targets)
    let sample: Shape = dimensions.count == 1 ? [1] : Shape(Array(dimensions.dropFirst()))
    // Integers that are not valid labels are values to predict.
    if targets.type.kind != .float, sample.count == 1, let labels = try targets.labels() { return .labels(labels) }
    return .values(try targets.floats(), shape: sample)
  }

  private func convertedWeights() throws -> [Float]? {
    guard let weights else { return nil }
    guard (1...4).contains(weights.shape.count), weights.rowLength == 1 else {
      throw weights.damaged("has the shape \(weights.shapeText); sample weights are one number per sample (samples)")
    }
    try check(weights)
    return try weights.floats()
  }
}
