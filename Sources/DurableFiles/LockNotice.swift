import Glibc

/// A notice while acquiring a lock.
package enum LockNotice: Equatable, Sendable, CustomStringConvertible {
  case waiting(directory: String, holder: LockHolder)
  /// There is no exclusion. The lock file named a holder, which may have ended.
  case withoutLocks(directory: String, named: LockHolder?)

  package var description: String {
    switch self {
    case .waiting(let directory, let holder):
      return "waiting for the lock of \(directory), held by \(holder)."
    case .withoutLocks(let directory, let named):
      let other = named.map { " The last run that wrote there is \($0): if it is still running, stop one of them." }
      return "\(directory): its file system does not support locks: nothing prevents a second run from writing there."
        + (other ?? "")
    }
  }
}
