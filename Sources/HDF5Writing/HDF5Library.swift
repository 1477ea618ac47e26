import CHDF5
import Synchronization

/// Calls into libhdf5, which is not thread-safe: serialized, with its error printing disabled.
///
/// Threading: every libhdf5 function is called within the body of `call`. Bodies close the handles they open; only a
/// file stays open between calls.
enum HDF5Library {
  private static let lock = Mutex(())

  /// Runs `body` with exclusive access to the library. Must not be nested.
  static func call<Result>(_ body: () throws -> sending Result) rethrows -> sending Result {
    try lock.withLock { _ in
      // Disables the automatic printing of the error stack, which is per thread.
      H5Eset_auto2(martlet_hdf5_default_stack(), nil, nil)
      return try body()
    }
  }

  /// The deepest message of the error stack, nearest to the cause. Clears the stack.
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
    return message.isEmpty ? "no reason given" : systemError(in: message) ?? message
  }

  /// `No space left on device` of a message with a file descriptor, buffers and times around it.
  private static func systemError(in message: String) -> String? {
    let (start, end) = ("error message = '", "'")
    guard let first = message.firstRange(of: start)?.upperBound,
      let last = message[first...].firstRange(of: end)?.lowerBound
    else { return nil }
    return String(message[first..<last])
  }
}
