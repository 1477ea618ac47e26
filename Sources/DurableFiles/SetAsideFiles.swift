import Glibc
import Synchronization

/// Replaced files, kept beside the new ones as `NAME.previous` until the new ones are safe.
package final class SetAsideFiles: Sendable {
  private struct State {
    var seen: Set<String> = []
    var kept: [(path: String, aside: String)] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Gives a file a second name before it is replaced; once per path.
  ///
  /// - Throws: `FileError`; the file keeps its name then.
  package func add(_ path: String) throws {
    try state.withLock { state in
      guard !state.seen.contains(path) else { return }
      state.kept.append((path, try AtomicFile.setAside(path)))
      state.seen.insert(path)
    }
  }

  /// Removes the kept files. Files that cannot be removed stay.
  package func discard() {
    state.withLock { state in
      for (_, aside) in state.kept { unlink(aside) }
      state.kept = []
    }
  }

  /// The kept files, with their previous and current names.
  package var kept: [(path: String, aside: String)] { state.withLock { $0.kept } }
}

extension AtomicFile {
  private static let previousSuffix = ".previous"

  /// Gives a file another, unused name: `NAME.previous` or `NAME.previous.2`. Until the file is replaced, it may have
  /// both names. For a link, the target is renamed, beside itself.
  ///
  /// - Returns: the other name.
  /// - Throws: `FileError`.
  package static func setAside(_ path: String) throws -> String {
    let target = RawPath(path).resolved
    for number in 1... {
      let suffix = number == 1 ? previousSuffix : "\(previousSuffix).\(number)"
      let aside = target.extended(by: suffix)
      guard aside.status == nil else { continue }
      // A second name first: the file always has a name, and no other file is replaced.
      if Glibc.link(target.bytes, aside.bytes) == 0 { return aside.text }
      if errno == EEXIST { continue }
      guard rename(target.bytes, aside.bytes) == 0 else { throw FileError(path: path, operation: .setAside) }
      return aside.text
    }
    return path
  }
}
