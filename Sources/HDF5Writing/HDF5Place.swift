import CHDF5
import Synchronization

/// The location of an object, for error messages.
struct HDF5Place {
  let file: String
  let object: String

  /// Returns the library's result after checking it.
  ///
  /// - Throws: `HDF5WritingError` if it is negative, the library's sign of failure.
  func check<Status: SignedInteger>(_ status: Status, _ operation: String) throws -> Status {
    guard status >= 0 else {
      throw HDF5WritingError(file: file, object: object, operation: operation, reason: HDF5Library.lastMessage())
    }
    return status
  }

  /// Calls `body` with a handle, which is always closed afterwards.
  func with<Result>(
    _ handle: hid_t, close: (hid_t) -> herr_t, _ operation: String, _ body: (hid_t) throws -> Result
  ) throws -> Result {
    _ = try check(handle, operation)
    defer { _ = close(handle) }
    return try body(handle)
  }
}
