import DurableFiles
import Glibc

/// The links `latest` and `best`, for users and other programs. A run does not depend on them: a file system may lack
/// links, and a copy may have lost them or turned them into files.
extension CheckpointStore {
  /// What exists at the path of a link.
  enum LinkPlace {
    case nothing
    case symbolicLink
    /// A hard link to a checkpoint in the directory.
    case hardLink
    /// A file that is not a hard link to one of our checkpoints.
    case file
    case other
  }

  func place(ofLink name: String) -> LinkPlace {
    var status = stat()
    guard lstat(path(name), &status) == 0 else { return errno == ENOENT || errno == ENOTDIR ? .nothing : .other }
    switch status.st_mode & S_IFMT {
    case S_IFLNK: return .symbolicLink
    case S_IFREG:
      guard status.st_nlink > 1 else { return .file }
      let isOurs = ((try? stepNames()) ?? []).contains { Self.isSameFile(path($0), path(name)) }
      return isOurs ? .hardLink : .file
    default: return .other
    }
  }

  /// Points `latest` to the checkpoint of one step, and `best` to that of another; a link without a target step is
  /// removed, and one whose target does not exist is left unchanged.
  ///
  /// - Returns: what is wrong if a link could not be set; the checkpoints themselves are fine.
  func moveLinks(latest: Int, best: Int?) -> String? {
    let faults = [
      moveLink(Self.latestName, to: Self.name(step: latest)),
      best.map { moveLink(Self.bestName, to: Self.name(step: $0)) } ?? removeLink(Self.bestName),
    ]
    return faults.compactMap { $0 }.first
  }

  private func moveLink(_ link: String, to name: String) -> String? {
    guard content(name) == .checkpoint else { return nil }
    switch place(ofLink: link) {
    case .symbolicLink where linkTarget(link) == name: return nil
    case .hardLink where Self.isSameFile(path(link), path(name)): return nil
    case .nothing, .symbolicLink, .hardLink:
      do {
        try AtomicFile.link(path(link), to: name)
        return nil
      } catch {
        // A stale link would be wrong.
        return "\(error)\(removeLink(link) == nil ? "" : " It points to an older checkpoint.")"
      }
    case .file, .other: return "\(path(link)): is not a link, and is left unchanged."
    }
  }

  /// Removes a link of ours before its target is removed.
  ///
  /// - Returns: why it could not be removed; nil if it was.
  private func removeLink(_ link: String) -> String? {
    switch place(ofLink: link) {
    case .symbolicLink where linkTarget(link).map({ Self.step(ofName: $0) != nil }) ?? false: break
    case .hardLink: break
    default: return nil
    }
    do { try AtomicFile.remove(path(link)) } catch { return "\(error)" }
    return nil
  }

  /// Removes the links to checkpoints, and some checkpoints: all of an older run.
  func removeRun(_ names: Set<String>) {
    for link in Self.linkNames where !names.isEmpty { _ = removeLink(link) }
    remove(names)
  }

  /// The target of a link in the directory.
  func linkTarget(_ name: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(path(name), start, buffer.count)
      return count > 0 ? String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) : nil
    }
  }
}
