/// Zeroed floats in memory that start on a cache line and stay where they are.
///
/// Its owner decides who writes which part at what time; the buffer itself keeps no order between threads.
package final class FloatBuffer: @unchecked Sendable {
  // Sendable: the pointer never changes; `Trainer` gives each worker its own part between two joins.
  package let start: UnsafeMutablePointer<Float>
  package let count: Int

  /// The floats in a cache line of 64 bytes.
  package static let alignment = 16

  package init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) floats")
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
