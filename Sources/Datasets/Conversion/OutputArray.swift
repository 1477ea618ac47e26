import Tensors

/// An array of a data set part to be written to a file: the inputs, the targets or the weights.
struct OutputArray {
  /// What the array holds.
  enum Role {
    case inputs
    case targets
    case weights
  }

  /// The type of its numbers.
  enum Element {
    case uint8
    case int32
    case float32

    var size: Int { self == .uint8 ? 1 : 4 }
  }

  let part: DatasetPart
  let role: Role
  let element: Element
  /// The samples, then the shape of one.
  let dimensions: [Int]

  /// All arrays of a part.
  static func all(of part: DatasetPart) -> [OutputArray] {
    let data = part.data
    var arrays = [
      OutputArray(
        part: part, role: .inputs, element: data.input.element == .uint8 ? .uint8 : .float32,
        dimensions: [data.count] + data.shape.dimensions)
    ]
    if let target = data.target {
      arrays.append(
        target.element == .label
          ? OutputArray(part: part, role: .targets, element: .int32, dimensions: [data.count])
          : OutputArray(
            part: part, role: .targets, element: .float32, dimensions: [data.count] + target.shape.dimensions))
    }
    if data.weights != nil {
      arrays.append(OutputArray(part: part, role: .weights, element: .float32, dimensions: [data.count]))
    }
    return arrays
  }

  /// The size of the values of one sample in bytes.
  var sampleByteCount: Int { dimensions.dropFirst().reduce(element.size, *) }
  /// The size of all values in bytes.
  var byteCount: Int { sampleByteCount * dimensions[0] }

  /// Calls `body` with the little-endian values of adjacent samples, in order, a few megabytes at a time.
  ///
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded; what `body` throws.
  func forEachChunk(_ body: (_ samples: Range<Int>, _ bytes: UnsafeRawBufferPointer) throws -> Void) throws {
    let chunkSamples = max(1, (4 << 20) / max(sampleByteCount, 1))
    var chunk = [UInt8](repeating: 0, count: min(chunkSamples, dimensions[0]) * sampleByteCount)
    for first in stride(from: 0, to: dimensions[0], by: chunkSamples) {
      let samples = first..<min(first + chunkSamples, dimensions[0])
      try chunk.withUnsafeMutableBytes { buffer in
        if role == .inputs {
          let all = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(samples.count * sampleByteCount)])
          try part.data.copyInputs(samples, into: all)
          return try body(samples, UnsafeRawBufferPointer(all))
        }
        for (position, sample) in samples.enumerated() {
          let place = position * sampleByteCount..<(position + 1) * sampleByteCount
          try copy(sample, into: UnsafeMutableRawBufferPointer(rebasing: buffer[place]))
        }
        try body(samples, UnsafeRawBufferPointer(rebasing: buffer[..<(samples.count * sampleByteCount)]))
      }
    }
  }

  private func copy(_ sample: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    switch role {
    case .inputs: break
    case .weights: bytes.storeBytes(of: part.data.weight(sample).bitPattern.littleEndian, as: UInt32.self)
    case .targets:
      if let label = part.data.label(sample) {
        bytes.storeBytes(of: Int32(label).littleEndian, as: Int32.self)
      } else {
        for (index, value) in (part.data.target(sample) ?? []).enumerated() {
          bytes.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
        }
      }
    }
  }
}
