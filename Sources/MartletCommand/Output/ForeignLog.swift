import DurableFiles
import Foundation
import Martlet

/// A file that is not the log of this run.
struct ForeignLog: Error, Equatable, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "\(path): \(reason). Nothing in it was changed: name another file, or remove it." }
}
