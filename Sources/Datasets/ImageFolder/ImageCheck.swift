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

  /// The number of pictures from which checks are remembered: fewer are decoded again in a moment.
  private static let fewest = 256

  /// Checks files by decoding them, on all cores. Files that did not change since an earlier start are not read again.
  ///
  /// - Parameter stamps: of the files, from before this call.
  /// - Returns: a check or an error per file.
  static func check(
    _ paths: [String], _ stamps: [FileStamp?], _ mode: ColorMode, _ context: DatasetContext
  ) -> [Result<ImageCheck, any Error>] {
    guard paths.count >= fewest, let index = context.pictureIndex(of: paths) else {
      return ParallelDecoding(what: "Checking", context).map(paths.count) { check(paths[$0], mode) }
    }
    let keys = zip(paths, stamps).map { path, stamp in
      stamp.map { "\(FileStamp.absolutePath(path))\n\($0)\npicture 1 \(mode.rawValue)" }
    }
    let known = keys.map { $0.flatMap { index[$0] }.flatMap(ImageCheck.init(text:)) }
    let missing = known.indices.filter { known[$0] == nil }
    guard !missing.isEmpty else { return known.compactMap { $0.map { .success($0) } } }
    let found = ParallelDecoding(what: "Checking", context).map(missing.count) { check(paths[missing[$0]], mode) }
    index.record(
      zip(missing, found).compactMap { position, result in
        guard let key = keys[position], case .success(let check) = result else { return nil }
        return (key, check.text)
      })
    var results = known.map { $0.map { Result<ImageCheck, any Error>.success($0) } }
    for (position, result) in zip(missing, found) { results[position] = result }
    return results.compactMap { $0 }
  }

  private static func check(_ path: String, _ mode: ColorMode) -> Result<ImageCheck, any Error> {
    Result { ImageCheck(try ImageFileDecoder.image(path, mode)) }
  }

  // MARK: - Entries of an index

  private var text: String { "\(height) \(width) \(digest.hexadecimal)" }

  private init?(text: String) {
    let fields = text.split(separator: " ")
    guard fields.count == 3, let height = Int(fields[0]), let width = Int(fields[1]), height > 0, width > 0 else {
      return nil
    }
    let digits = fields[2].utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 2 * SampleDigests.size else { return nil }
    self.height = height
    self.width = width
    digest = (0..<SampleDigests.size).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
  }
}

extension DatasetContext {
  /// The index of a folder's pictures, beside that of other files; nil without a cache directory.
  fileprivate func pictureIndex(of paths: [String]) -> FileIndex? {
    guard let cacheDirectory, let first = paths.first else { return nil }
    // One for each folder, whatever its subfolders: the path up to the third last component.
    let folder = FileStamp.absolutePath(first).split(separator: "/").dropLast(2).joined(separator: "/")
    let name = SHA256.hash(data: Array(folder.utf8)).prefix(8).hexadecimal
    return FileIndex(path: "\(cacheDirectory)/index/pictures-\(name)", mostEntries: 1 << 22)
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
