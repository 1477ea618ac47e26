import Dispatch
import Synchronization
import Tensors

/// Inputs read in order, a few at a time.
extension Dataset {
  /// The size of the inputs that are in memory at a time, about.
  private static let blockSize = 16 << 20
  /// The maximum number of inputs that are in memory at a time.
  private static let blockLimit = 256

  /// Calls `body` with the input of each of some samples, in order. Pictures are decoded on all cores.
  ///
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded; what `body` throws.
  package func forEachInput(
    _ samples: some Sequence<Int>, _ body: (_ sample: Int, _ input: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let size = inputByteCount
    let count = min(max(Self.blockSize / max(size, 1), 1), Self.blockLimit)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size, alignment: 64)
    defer { buffer.deallocate() }
    var block: [Int] = []
    func pass() throws {
      try copyInputs(block, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<(block.count * size)]))
      for (position, sample) in block.enumerated() {
        try body(sample, UnsafeRawBufferPointer(rebasing: buffer[position * size..<(position + 1) * size]))
      }
      block.removeAll(keepingCapacity: true)
    }
    for sample in samples {
      block.append(sample)
      if block.count == count { try pass() }
    }
    if !block.isEmpty { try pass() }
  }

  /// Copies inputs, one after the other; see `copyInput`. Pictures are decoded on all cores.
  ///
  /// - Parameter target: `inputByteCount` bytes for each.
  /// - Throws: `DatasetError` or `FileError` of the first input that cannot be decoded.
  package func copyInputs(
    _ samples: some RandomAccessCollection<Int>, into target: UnsafeMutableRawBufferPointer
  ) throws {
    let size = inputByteCount
    precondition(target.count == samples.count * size, "inputs of \(size) bytes do not fit \(target.count) bytes")
    func part(_ position: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(rebasing: target[position * size..<(position + 1) * size])
    }
    guard case .decoded(let decoder) = storage, samples.count > 1, let start = target.baseAddress else {
      for (position, sample) in samples.enumerated() { try copyInput(sample, into: part(position)) }
      return
    }
    let stored = samples.map { selection[$0] }
    let shared = SharedBuffer(start: start)
    let failure = Mutex<(position: Int, error: any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: stored.count) { position in
      do { try decoder.decode(stored[position], into: shared.start + position * size) } catch {
        failure.withLock { if position < $0?.position ?? .max { $0 = (position, error) } }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }
}
