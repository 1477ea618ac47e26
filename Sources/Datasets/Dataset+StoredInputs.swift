import Tensors

/// Inputs as they are stored.
extension Dataset {
  /// The size of an input in bytes.
  package var inputByteCount: Int {
    shape.count * (input.element == .uint8 ? MemoryLayout<UInt8>.size : MemoryLayout<Float>.size)
  }

  /// Copies the input of a sample: bytes, or 32-bit little-endian floats.
  ///
  /// - Parameter target: `inputByteCount` bytes.
  /// - Throws: `DatasetError` or `FileError` if it must be decoded and cannot be.
  package func copyInput(_ index: Int, into target: UnsafeMutableRawBufferPointer) throws {
    precondition((0..<count).contains(index), "'\(name)' has no sample \(index)")
    precondition(target.count == inputByteCount, "an input has \(inputByteCount) bytes, not \(target.count)")
    let sample = selection[index]
    let place = sample * inputByteCount..<(sample + 1) * inputByteCount
    switch storage {
    case .bytes(let values):
      values.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place])) }
    case .floats(let values):
      values.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place])) }
    case .mapped(let inputs):
      target.copyMemory(from: UnsafeRawBufferPointer(start: inputs.start + place.lowerBound, count: place.count))
    case .decoded(let decoder):
      guard let start = target.baseAddress else { return }
      try decoder.decode(sample, into: start)
    }
  }

  /// The files of samples with the name of the file at a path.
  package func fileNames(at path: String) -> [String] {
    let name = path.split(separator: "/").last
    return digests?.files.filter { $0.split(separator: "/").last == name } ?? []
  }

  /// The file of each sample; nil if samples have no files of their own.
  package var fileNames: [String]? {
    guard let files = digests?.files, !files.isEmpty else { return nil }
    return (0..<count).map { files[selection[$0]] }
  }

  /// The file of a sample, if each sample has a file of its own.
  package func fileName(_ index: Int) -> String? {
    guard let files = digests?.files, !files.isEmpty else { return nil }
    return files[selection[index]]
  }
}
