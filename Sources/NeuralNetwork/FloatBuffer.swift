/// A zeroed float buffer at a fixed address, aligned to a cache line.
///
/// Its owner decides which thread writes which part and when; the buffer does not synchronize.
package final class FloatBuffer: @unchecked Sendable {
  // Sendable: the pointer never changes; `Trainer` gives each worker its own part between two joins.
  package let start: UnsafeMutablePointer<Float>
  package let count: Int

  /// The number of floats in a cache line of 64 bytes.
  package static let alignment = 16

  package init(count: Int) {
    precondition(count >= 0, "a buffer's count must be 0 or more, got \(count)")
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(count, 1))
    start.initialize(repeating: 0, count: max(count, 1))
  }

  deinit {
    UnsafeMutableRawPointer(start).deallocate()
  }

  /// `count` rounded up to whole cache lines.
  package static func aligned(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}
