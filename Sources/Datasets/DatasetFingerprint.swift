import Digests
import Synchronization
import Tensors

extension Dataset {
  /// The SHA-256 of all samples.
  ///
  /// Byte images with labels use the original format: the count and the shape, the bytes, the labels. Everything else
  /// starts with a description string.
  ///
  /// That of a large mapped file is remembered: see `MappedContent`.
  func computeFingerprint() -> String {
    guard case .mapped(let inputs) = storage, let content = inputs.content, digests == nil else {
      return hashed { _, _ in }
    }
    var rest = SHA256()
    rest.update(Array(fingerprintHeader.utf8))
    switch selection {
    case .range(let range): rest.update(integers: [range.lowerBound, range.upperBound])
    case .indices(let indices): rest.update(indices, samples: .range(0..<indices.count), each: 1)
    }
    hashTargetsAndWeights(&rest)
    let part = "\(inputs.offset) \(shape) \(selection.count) \(rest.finalize().hexadecimal)"
    return content.result("fingerprint 1 \(part)") { hashed($0) }
  }

  /// The description of samples that are not plain images of bytes with labels.
  private var fingerprintHeader: String {
    if let digests { return "\(digests.description)\(weights == nil ? "" : ", weights")\n" }
    guard !input.isByteImage || target != .label || weights != nil else { return "" }
    let target = target.map { "\($0)" } ?? "none"
    return "inputs: \(input), targets: \(target)\(weights == nil ? "" : ", weights")\n"
  }

  private func hashed(_ progress: (_ done: Int, _ total: Int) -> Void) -> String {
    var hash = SHA256()
    hash.update(Array(fingerprintHeader.utf8))
    hash.update(integers: [count] + shape.dimensions)
    switch storage {
    case _ where digests != nil:
      hash.update(digests?.bytes ?? [], samples: selection, each: SampleDigests.size)
    case .bytes(let values): hash.update(values, samples: selection, each: shape.count)
    case .floats(let values): hash.update(values, samples: selection, each: shape.count)
    case .mapped(let inputs): hash.update(inputs, samples: selection, each: shape.count, progress)
    case .decoded: preconditionFailure("'\(name)' has no digests")
    }
    hashTargetsAndWeights(&hash)
    return hash.finalize().hexadecimal
  }

  private func hashTargetsAndWeights(_ hash: inout SHA256) {
    switch targets {
    case .labels(let values): hash.update(values, samples: selection, each: 1)
    case .values(let values, let shape): hash.update(values, samples: selection, each: shape.count)
    case nil: break
    }
    if let weights { hash.update(weights, samples: selection, each: 1) }
  }
}

extension SHA256 {
  fileprivate mutating func update(integers: [Int]) {
    for integer in integers {
      withUnsafeBytes(of: UInt64(integer).littleEndian) { update($0) }
    }
  }

  /// The bytes of the selected samples, whose values are little-endian on every supported processor.
  fileprivate mutating func update<Value: BitwiseCopyable>(
    _ values: [Value], samples: SampleSelection, each count: Int
  ) {
    values.withUnsafeBytes { update($0, samples: samples, each: count * MemoryLayout<Value>.size) }
  }

  /// The bytes of the selected samples of a mapped file.
  fileprivate mutating func update(
    _ inputs: MappedInputs, samples: SampleSelection, each count: Int, _ progress: (_ done: Int, _ total: Int) -> Void
  ) {
    let size = count * inputs.elementSize
    let all = UnsafeRawBufferPointer(start: inputs.start, count: inputs.file.bytes.count - inputs.offset)
    let step = max((16 << 20) / size, 1)
    for first in stride(from: 0, to: samples.count, by: step) {
      update(all, samples: samples.part(first..<min(first + step, samples.count)), each: size)
      progress(min(first + step, samples.count) * size, samples.count * size)
    }
  }

  private mutating func update(_ bytes: UnsafeRawBufferPointer, samples: SampleSelection, each size: Int) {
    switch samples {
    case .range(let range):
      update(UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
    case .indices(let indices):
      for index in indices {
        update(UnsafeRawBufferPointer(rebasing: bytes[Int(index) * size..<(Int(index) + 1) * size]))
      }
    }
  }
}
