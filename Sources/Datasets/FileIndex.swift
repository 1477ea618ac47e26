import Digests
import DurableFiles
import Foundation
import Synchronization

/// What was computed from the contents of files, kept on disk: a later start need not read them again.
///
/// A key names a file with its stamp and what was computed; a file that changed has another key. An index that is
/// missing, corrupt or cannot be written costs time, never correctness: everything in it can be computed again.
package final class FileIndex: Sendable {
  /// The maximum number of entries; the oldest ones are dropped.
  private let mostEntries: Int
  private static let magic = "martlet file index 1"

  private let path: String?
  private let known = Mutex<[String: String]?>(nil)

  /// - Parameter path: the file of the index; nil to keep nothing on disk.
  package init(path: String?, mostEntries: Int = 200_000) {
    self.path = path
    self.mostEntries = mostEntries
  }

  /// The value recorded for a key.
  package subscript(key: String) -> String? {
    known.withLock { known in
      let entries = known ?? Dictionary(load(), uniquingKeysWith: { $1 })
      known = entries
      return entries[Self.digest(key)]
    }
  }

  /// Records values, and writes the index.
  ///
  /// - Parameter entries: values are one line each.
  package func record(_ entries: [(key: String, value: String)]) {
    known.withLock { known in
      // Another process may have added entries.
      var all = load()
      let added = entries.map { (Self.digest($0.key), $0.value) }
      let replaced = Set(added.map(\.0))
      all.removeAll { replaced.contains($0.0) }
      all = (all + added).suffix(mostEntries)
      known = (known ?? [:]).merging(all) { $1 }
      write(all)
    }
  }

  /// 128 bits of the key's SHA-256.
  private static func digest(_ key: String) -> String {
    SHA256.digest(key).prefix(16).hexadecimal
  }

  // MARK: - The file: a line with the format, a line per entry, and the SHA-256 of all of them.

  private func load() -> [(String, String)] {
    guard let path, AtomicFile.isFile(path), let bytes = try? AtomicFile.read(path),
      let text = String(validating: bytes, as: UTF8.self)
    else { return [] }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines[0] == Self.magic, lines[lines.count - 1].isEmpty else { return [] }
    let entries = lines[1..<lines.count - 2]
    guard lines[lines.count - 2] == Self.checksum(entries) else { return [] }
    return entries.compactMap { line in
      guard let space = line.firstIndex(of: " ") else { return nil }
      return (String(line[..<space]), String(line[line.index(after: space)...]))
    }
  }

  private static func checksum(_ lines: some Sequence<some StringProtocol>) -> String {
    var hash = SHA256()
    for line in lines { hash.update(Array("\(line)\n".utf8)) }
    return "sha256 \(hash.finalize().hexadecimal)"
  }

  private func write(_ entries: [(String, String)]) {
    guard let path, let end = path.lastIndex(of: "/") else { return }
    let lines = entries.map { "\($0.0) \($0.1)" }
    let text = ([Self.magic] + lines + [Self.checksum(lines)]).joined(separator: "\n") + "\n"
    try? AtomicFile.createDirectory(String(path[..<end]))
    try? AtomicFile.write(Array(text.utf8), to: path)
  }
}

extension DatasetContext {
  /// The index of what was computed from single files: `index/files` in the cache directory.
  package var fileIndex: FileIndex { FileIndex(path: cacheDirectory.map { "\($0)/index/files" }) }
}
