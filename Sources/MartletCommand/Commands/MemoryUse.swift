import ArgumentParser
import Foundation
import Martlet

/// Memory use of this process.
enum MemoryUse {
  /// Peak resident set size in bytes; 0 if it is not available.
  static var peak: Int {
    var usage = rusage()
    return getrusage(RUSAGE_SELF.rawValue, &usage) == 0 ? usage.ru_maxrss * 1024 : 0
  }
}
