import Crypto
import Dispatch
import DurableFiles
import Images
import Synchronization

/// The check of a picture: it was decoded whole.
struct ImageCheck: Equatable, Sendable {
  let height: Int
  let width: Int
  /// The SHA-256 of the decoded pixels.
  let digest: [UInt8]

  init(_ image: DecodedImage) {
    height = image.height
    width = image.width
    var hash = SHA256()
    for size in [image.height, image.width, image.channels] {
      withUnsafeBytes(of: UInt32(size).littleEndian) { hash.update(bufferPointer: $0) }
    }
    hash.update(data: image.pixels)
    digest = Array(hash.finalize())
  }

  /// Checks files by decoding them, on all cores.
  ///
  /// - Returns: a check or an error per file.
  static func check(
    _ paths: [String], _ mode: ColorMode, _ context: DatasetContext
  ) -> [Result<ImageCheck, any Error>] {
    ParallelDecoding(what: "Checking", context).map(paths.count) { index in
      Result { ImageCheck(try ImageFileDecoder.image(paths[index], mode)) }
    }
  }
}

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
