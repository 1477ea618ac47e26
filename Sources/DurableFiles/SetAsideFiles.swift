import Glibc
import Synchronization

/// Files that new ones take the place of, kept beside them as `NAME.previous` until the new ones are safe.
package final class SetAsideFiles: Sendable {
  private struct State {
    var seen: Set<String> = []
    var kept: [(path: String, aside: String)] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Gives a file a second name before it is replaced; only once for each path.
  ///
  /// - Throws: `FileError`; the file has its name then.
  package func add(_ path: String) throws {
    try state.withLock { state in
      guard !state.seen.contains(path) else { return }
      state.kept.append((path, try WholeFile.setAside(path)))
      state.seen.insert(path)
    }
  }

  /// Removes the files that were kept. What cannot be removed stays.
  package func discard() {
    state.withLock { state in
      for (_, aside) in state.kept { unlink(aside) }
      state.kept = []
    }
  }

  /// The files that are still kept: under which name they were, and are.
  package var kept: [(path: String, aside: String)] { state.withLock { $0.kept } }
}

extension WholeFile {
  private static let previousSuffix = ".previous"

  /// Gives a file another name, `NAME.previous` or `NAME.previous.2`, which no file has. Until something takes the place of
  /// the file, it may have both names. Of a link, the file that it leads to is named, beside itself.
  ///
  /// - Returns: the other name.
  /// - Throws: `FileError`.
  package static func setAside(_ path: String) throws -> String {
    let target = RawPath(path).resolved
    for number in 1... {
      let suffix = number == 1 ? previousSuffix : "\(previousSuffix).\(number)"
      let aside = target.extended(by: suffix)
      guard aside.status == nil else { continue }
      // A second name first: the file is never without one, and no other file is replaced.
      if Glibc.link(target.bytes, aside.bytes) == 0 { return aside.text }
      if errno == EEXIST { continue }
      guard rename(target.bytes, aside.bytes) == 0 else { throw FileError(path: path, operation: .setAside) }
      return aside.text
    }
    return path
  }
}
