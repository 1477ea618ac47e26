import DurableFiles

extension RunDirectory {
  /// Reads checkpoints of a run that may be under way: again, up to five times, if one was replaced after the directory was
  /// listed.
  ///
  /// - Parameters:
  ///   - warning: called with what the last attempt warned of.
  ///   - read: called with the receiver of its warnings.
  package static func readAgainIfReplaced<Result>(
    warning: (String) -> Void, _ read: (_ warning: (String) -> Void) throws -> Result
  ) throws -> Result {
    var attempt = 1
    while true {
      var warnings: [String] = []
      do {
        let result = try read { warnings.append($0) }
        warnings.forEach(warning)
        return result
      } catch let error as FileError where attempt < 5 && !AtomicFile.exists(error.path) {
        attempt += 1
      }
    }
  }
}
