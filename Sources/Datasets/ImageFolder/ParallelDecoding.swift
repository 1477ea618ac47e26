import Dispatch
import Synchronization

/// Work on many pictures, on all cores, with progress.
struct ParallelDecoding: Sendable {
  private let what: String
  private let context: DatasetContext
  /// The pictures of a task: few enough to share the work evenly.
  private static let share = 16

  init(what: String, _ context: DatasetContext) {
    self.what = what
    self.context = context
  }

  /// The results of `body` for 0 to `count` - 1.
  func map<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    guard count > 0 else { return [] }
    let done = Mutex(0)
    let results = Mutex([Value?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: (count + Self.share - 1) / Self.share) { task in
      let range = task * Self.share..<min((task + 1) * Self.share, count)
      let values = range.map(body)
      results.withLock { all in
        for (index, value) in zip(range, values) { all[index] = value }
      }
      let total = done.withLock { done in
        done += range.count
        return done
      }
      context.progress("\(what) pictures: \(total) of \(count)")
    }
    context.progress("")
    return results.withLock { $0.compactMap { $0 } }
  }
}

/// Memory that several threads write, each its own part.
struct SharedBuffer: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
}
