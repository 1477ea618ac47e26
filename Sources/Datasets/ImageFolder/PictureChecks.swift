import Digests
import DurableFiles
import Images
import Synchronization

/// The checks of some pictures. Files that did not change since an earlier start are not read again.
final class PictureChecks: Sendable {
  let paths: [String]
  /// The state of each file from before its check; nil if it could not be examined.
  let stamps: [FileStamp?]
  private let mode: ColorMode
  private let context: DatasetContext
  /// Nil if checks are not remembered.
  private let index: FileIndex?
  /// The pictures that no earlier start has checked.
  private let missing: [Int]
  private let results: Mutex<[Result<ImageCheck, any Error>?]>

  /// The number of pictures from which checks are remembered: fewer are decoded again in a moment.
  private static let fewest = 256

  init(_ paths: [String], _ mode: ColorMode, _ context: DatasetContext) {
    (self.paths, self.mode, self.context) = (paths, mode, context)
    let stamps = paths.map { FileStamp(path: $0) }
    let index = paths.count < Self.fewest ? nil : context.pictureIndex(of: paths)
    let known = paths.indices.map { picture in
      index.flatMap { index in
        Self.key(paths[picture], stamps[picture], mode).flatMap { index[$0] }.flatMap(ImageCheck.init(text:))
      }
    }
    (self.stamps, self.index) = (stamps, index)
    missing = known.indices.filter { known[$0] == nil }
    results = Mutex(known.map { $0.map { .success($0) } })
  }

  /// A file with its state, and what a check of it depends on.
  private static func key(_ path: String, _ stamp: FileStamp?, _ mode: ColorMode) -> String? {
    stamp.map { "\(FileStamp.absolutePath(path))\n\($0)\npicture \(ImageDecoder.version) \(mode.rawValue)" }
  }

  /// Whether no picture has been checked before.
  var areUnknown: Bool { missing.count == paths.count }

  /// Decodes a picture, and records its check, or its error.
  ///
  /// - Throws: `FileError` or `DatasetError.damaged`.
  func image(_ picture: Int) throws -> DecodedImage {
    let image = Result { try ImageFileDecoder.image(paths[picture], mode) }
    let check = image.map(ImageCheck.init)
    results.withLock { $0[picture] = check }
    return try image.get()
  }

  /// A check or an error per file: decodes what was not decoded yet, on all cores.
  func finished() -> [Result<ImageCheck, any Error>] {
    let unknown = results.withLock { results in missing.filter { results[$0] == nil } }
    _ = ParallelDecoding(what: "Checking", context).map(unknown.count) { _ = try? self.image(unknown[$0]) }
    let all = results.withLock { $0.compactMap { $0 } }
    index?.record(
      missing.compactMap { picture in
        guard let key = Self.key(paths[picture], stamps[picture], mode), case .success(let check) = all[picture] else {
          return nil
        }
        return (key, check.text)
      })
    return all
  }
}

extension DatasetContext {
  /// The index of a folder's pictures, beside that of other files; nil without a cache directory.
  fileprivate func pictureIndex(of paths: [String]) -> FileIndex? {
    guard let cacheDirectory, let first = paths.first else { return nil }
    // One for each folder, whatever its subfolders: the path up to the third last component.
    let folder = FileStamp.absolutePath(first).split(separator: "/").dropLast(2).joined(separator: "/")
    let name = SHA256.digest(folder).prefix(8).hexadecimal
    return FileIndex(path: "\(cacheDirectory)/index/pictures-\(name)", mostEntries: 1 << 22)
  }
}
