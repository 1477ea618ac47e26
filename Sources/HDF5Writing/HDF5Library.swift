import CHDF5
import Synchronization

/// The calls into libhdf5, which knows no threads: one at a time, and silent about errors on the terminal.
///
/// Threading rule: every call of a libhdf5 function stands in the body of `call`. Bodies open what they need and close
/// it before they end; only a file stays open between calls.
enum HDF5Library {
  private static let lock = Mutex(())

  /// Makes calls while no other thread makes any. Not to be nested.
  static func call<Result>(_ body: () throws -> sending Result) rethrows -> sending Result {
    try lock.withLock { _ in
      // It prints its error stack on its own; each thread has one.
      H5Eset_auto2(martlet_hdf5_default_stack(), nil, nil)
      return try body()
    }
  }

  /// The deepest message of the error stack: the one nearest to the cause. It empties the stack.
  static func lastMessage() -> String {
    var message = ""
    withUnsafeMutablePointer(to: &message) { pointer in
      _ = H5Ewalk2(
        martlet_hdf5_default_stack(), H5E_WALK_UPWARD,
        { _, error, context in
          guard let text = error?.pointee.desc, let message = context?.assumingMemoryBound(to: String.self)
          else { return 0 }
          if message.pointee.isEmpty { message.pointee = String(cString: text) }
          return 0
        }, pointer)
    }
    H5Eclear2(martlet_hdf5_default_stack())
    return message.isEmpty ? "no reason given" : message
  }
}

/// An object in a file: where errors say that they happened.
struct HDF5Place {
  let file: String
  let object: String

  /// Hands on what the library returned.
  ///
  /// - Throws: `HDF5WritingError` if it is negative, the library's sign of failure.
  func check<Status: SignedInteger>(_ status: Status, _ operation: String) throws -> Status {
    guard status >= 0 else {
      throw HDF5WritingError(file: file, object: object, operation: operation, reason: HDF5Library.lastMessage())
    }
    return status
  }

  /// Uses a handle, and closes it whatever happens.
  func with<Result>(
    _ handle: hid_t, close: (hid_t) -> herr_t, _ operation: String, _ body: (hid_t) throws -> Result
  ) throws -> Result {
    _ = try check(handle, operation)
    defer { _ = close(handle) }
    return try body(handle)
  }
}
