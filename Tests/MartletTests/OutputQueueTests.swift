import Dispatch
import Synchronization
import Testing

@testable import MartletCommand

@Suite("An output queue")
struct OutputQueueTests {
  /// A reader under the control of the test.
  private final class Reader: Sendable {
    let received = Mutex<[String]>([])
    private let isBlocked = DispatchSemaphore(value: 0)
    private let isBegun = DispatchSemaphore(value: 0)

    func read(_ text: String) { received.withLock { $0.append(text) } }

    /// Blocks the queue's thread with a first entry.
    func block(_ queue: OutputQueue) {
      queue.append("first\n") { [self] text in
        isBegun.signal()
        isBlocked.wait()
        read(text)
      }
      isBegun.wait()
    }

    func unblock() { isBlocked.signal() }
  }

  private func drained(_ queue: OutputQueue, _ reader: Reader) -> [String] {
    reader.unblock()
    #expect(queue.drain(until: .distantFuture))
    return reader.received.withLock { $0 }
  }

  @Test("keeps the order of what is appended, without waiting for its reader")
  func order() {
    let (queue, reader) = (OutputQueue(), Reader())
    reader.block(queue)
    for index in 0..<100 { queue.append("\(index)\n", write: reader.read) }
    #expect(reader.received.withLock { $0.isEmpty })
    #expect(drained(queue, reader) == ["first\n"] + (0..<100).map { "\($0)\n" })
  }

  @Test("drops whole entries beyond its capacity, and reports how many lines they had")
  func limit() {
    let (queue, reader) = (OutputQueue(limit: 20), Reader())
    reader.block(queue)
    for index in 0..<10 { queue.append("line \(index)\nmore\n", write: reader.read) }
    #expect(
      drained(queue, reader) == [
        "first\n", "line 0\nmore\n", "martlet: 18 lines were dropped here: the output was not read in time.\n",
      ])
    queue.append("again\n", write: reader.read)
    #expect(queue.drain(until: .distantFuture))
    #expect(reader.received.withLock { $0.last } == "again\n")
  }

  @Test("replaces a queued live line by a later one, and by its final state")
  func live() {
    let (queue, reader) = (OutputQueue(), Reader())
    reader.block(queue)
    for index in 0..<10 { queue.append("\r\(index)", .live, write: reader.read) }
    queue.append("text\n", write: reader.read)
    for index in 0..<10 { queue.append("\r\(index)", .live, write: reader.read) }
    queue.append("\rend\n", .liveEnd, write: reader.read)
    #expect(drained(queue, reader) == ["first\n", "\r9", "text\n", "\rend\n"])
  }

  @Test("is drained no longer than its deadline")
  func deadline() {
    let (queue, reader) = (OutputQueue(), Reader())
    #expect(queue.drain(until: .now()))
    reader.block(queue)
    #expect(!queue.drain(until: .now()))
    queue.append("last\n", write: reader.read)
    #expect(!queue.drain(until: .now()))
    #expect(drained(queue, reader) == ["first\n", "last\n"])
  }
}
