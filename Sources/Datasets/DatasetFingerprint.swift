import Crypto
import Synchronization
import Tensors

extension Dataset {
  /// The SHA-256 of all samples.
  ///
  /// Byte images with labels use the original format: the count and the shape, the bytes, the labels. Everything else
  /// starts with a description string.
  func computeFingerprint() -> String {
    var hash = SHA256()
    let isPlain = input.isByteImage && target == .label && weights == nil && digests == nil
    if let digests {
      hash.update(data: Array("\(digests.description)\(weights == nil ? "" : ", weights")\n".utf8))
    } else if !isPlain {
      let target = target.map { "\($0)" } ?? "none"
      hash.update(data: Array("inputs: \(input), targets: \(target)\(weights == nil ? "" : ", weights")\n".utf8))
    }
    hash.update(integers: [count] + shape.dimensions)
    switch storage {
    case _ where digests != nil:
      hash.update(digests?.bytes ?? [], samples: selection, each: SampleDigests.size)
    case .bytes(let values): hash.update(values, samples: selection, each: shape.count)
    case .floats(let values): hash.update(values, samples: selection, each: shape.count)
    case .mapped(let inputs): hash.update(inputs, samples: selection, each: shape.count)
    case .decoded: preconditionFailure("'\(name)' has no digests")
    }
    switch targets {
    case .labels(let values): hash.update(values, samples: selection, each: 1)
    case .values(let values, let shape): hash.update(values, samples: selection, each: shape.count)
    case nil: break
    }
    if let weights { hash.update(weights, samples: selection, each: 1) }
    return hash.finalize().hexadecimal
  }
}

extension SHA256 {
  fileprivate mutating func update(integers: [Int]) {
    for integer in integers {
      withUnsafeBytes(of: UInt64(integer).littleEndian) { update(bufferPointer: $0) }
    }
  }

  /// The bytes of the selected samples, whose values are little-endian on every supported processor.
  fileprivate mutating func update<Value: BitwiseCopyable>(
    _ values: [Value], samples: SampleSelection, each count: Int
  ) {
    values.withUnsafeBytes { update($0, samples: samples, each: count * MemoryLayout<Value>.size) }
  }

  fileprivate mutating func update(_ inputs: MappedInputs, samples: SampleSelection, each count: Int) {
    let size = count * (inputs.element == .uint8 ? 1 : MemoryLayout<Float>.size)
    let all = UnsafeRawBufferPointer(start: inputs.start, count: inputs.file.bytes.count - inputs.offset)
    update(all, samples: samples, each: size)
  }

  private mutating func update(_ bytes: UnsafeRawBufferPointer, samples: SampleSelection, each size: Int) {
    switch samples {
    case .range(let range):
      update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
    case .indices(let indices):
      for index in indices {
        update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[Int(index) * size..<(Int(index) + 1) * size]))
      }
    }
  }
}

extension Sequence where Element == UInt8 {
  /// Two digits per byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
