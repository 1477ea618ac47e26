import Dispatch
import Foundation
import Synchronization

/// An output that cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "\(path): cannot be written: \(reason)." }
}
