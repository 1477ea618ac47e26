import Tensors

/// Access to single samples.
extension Dataset {
  /// The input of a sample, as floats.
  ///
  /// - Throws: `DatasetError` or `FileError` if it must be decoded and cannot be.
  package func input(_ index: Int) throws -> [Float] {
    let stored = stored(index)
    let values = stored * shape.count..<(stored + 1) * shape.count
    switch storage {
    case .bytes(let all): return all[values].map(Float.init)
    case .floats(let all): return Array(all[values])
    case .mapped(let inputs):
      return values.map { value in
        inputs.element == .uint8
          ? Float(inputs.start.load(fromByteOffset: value, as: UInt8.self))
          : inputs.start.loadUnaligned(fromByteOffset: value * MemoryLayout<Float>.size, as: Float.self)
      }
    case .decoded(let decoder):
      return decoder.element == .uint8
        ? try Self.decoded(shape.count) { (start: UnsafeMutablePointer<UInt8>) in
          try decoder.decode(stored, into: start)
        }
        .map(Float.init)
        : try Self.decoded(shape.count) { try decoder.decode(stored, into: $0) }
    }
  }

  private static func decoded<Value: BitwiseCopyable>(
    _ count: Int, _ decode: (UnsafeMutablePointer<Value>) throws -> Void
  ) throws -> [Value] {
    try [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      try decode(start)
      initialized = count
    }
  }

  /// The label of a sample; nil if the targets are not labels.
  package func label(_ index: Int) -> Int? {
    guard case .labels(let labels) = targets else { return nil }
    return Int(labels[stored(index)])
  }

  /// The weight of a sample in the loss.
  package func weight(_ index: Int) -> Float { weights?[stored(index)] ?? 1 }

  /// The class of a sample among `count`: its label, or the position of the 1 in a one-hot row; nil if the target is
  /// neither.
  package func classIndex(_ index: Int, of count: Int) -> Int? {
    switch targets {
    case .labels(let labels): return Int(labels[stored(index)])
    case .values(let values, let shape):
      let place = place(of: index, each: shape.count)
      return place.count == 1 ? Int(exactly: values[place.lowerBound]) : Self.onlyOne(in: values, place, count)
    case nil: return nil
    }
  }

  /// The position of the 1 in a one-hot row of `count` numbers; nil if the row is not one-hot.
  private static func onlyOne(in values: [Float], _ row: Range<Int>, _ count: Int) -> Int? {
    guard row.count == count else { return nil }
    var found: Int?
    for index in row where values[index] != 0 {
      guard values[index] == 1, found == nil else { return nil }
      found = index - row.lowerBound
    }
    return found
  }

  /// The target of a sample, as floats; nil without targets.
  package func target(_ index: Int) -> [Float]? {
    switch targets {
    case .labels(let labels): [Float(labels[stored(index)])]
    case .values(let values, let shape): Array(values[place(of: index, each: shape.count)])
    case nil: nil
    }
  }

  /// Whether the inputs are pictures from files.
  package var isOfPictures: Bool { digests != nil }

  /// Whether inputs are images with 1 or 3 channels.
  package var isDrawable: Bool { shape.image.map { $0.channels == 1 || $0.channels == 3 } ?? false }

  /// The input of a sample as bytes. Floats are normalized: the minimum becomes 0, the maximum 255.
  ///
  /// - Throws: as `input`.
  package func pixels(_ index: Int) throws -> [UInt8] {
    let image = try input(index).map(Double.init)
    if input.element == .uint8 { return image.map { UInt8($0) } }
    // Resized pictures are in the range of bytes.
    if isOfPictures { return image.map { UInt8(min(max($0, 0), 255).rounded()) } }
    let least = image.min() ?? 0
    let extent = (image.max() ?? 0) - least
    return image.map { extent > 0 ? UInt8((($0 - least) / extent * 255).rounded()) : 0 }
  }

  private func stored(_ index: Int) -> Int {
    precondition((0..<count).contains(index), "'\(name)' has no sample \(index)")
    return selection[index]
  }

  /// The index range of a sample's values in memory.
  private func place(of index: Int, each count: Int) -> Range<Int> {
    let first = stored(index) * count
    return first..<first + count
  }
}
