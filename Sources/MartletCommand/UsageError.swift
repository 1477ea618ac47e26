import ArgumentParser
import Foundation
import Martlet

/// A usage error: arguments that are invalid, contradict each other, or do not fit the data.
struct UsageError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
