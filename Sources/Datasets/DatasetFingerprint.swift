import Crypto
import Synchronization
import Tensors

extension Dataset {
  /// Byte images with labels use the original format: the count and the shape, the bytes, the labels. Everything else
  /// starts with a description string.
  func computeFingerprint() -> String {
    var hash = SHA256()
    let isPlain = input.isByteImage && target == .label
    if !isPlain {
      let target = target.map { "\($0)" } ?? "none"
      hash.update(data: Array("inputs: \(input), targets: \(target)\n".utf8))
    }
    hash.update(integers: [count] + shape.dimensions)
    switch inputs {
    case .bytes(let values): hash.update(values, samples: range, each: shape.count)
    case .floats(let values): hash.update(values, samples: range, each: shape.count)
    }
    switch targets {
    case .labels(let values): hash.update(values, samples: range, each: 1)
    case .values(let values, let shape): hash.update(values, samples: range, each: shape.count)
    case nil: break
    }
    return hash.finalize().hexadecimal
  }
}

extension SHA256 {
  fileprivate mutating func update(integers: [Int]) {
    for integer in integers {
      withUnsafeBytes(of: UInt64(integer).littleEndian) { update(bufferPointer: $0) }
    }
  }

  /// The bytes of a range of values, which are little-endian on every supported processor.
  fileprivate mutating func update<Value: BitwiseCopyable>(_ values: [Value], samples: Range<Int>, each count: Int) {
    values[samples.lowerBound * count..<samples.upperBound * count].withUnsafeBytes { update(bufferPointer: $0) }
  }
}

extension Sequence where Element == UInt8 {
  /// Two digits per byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
