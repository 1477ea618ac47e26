import Martlet

/// The file that a command writes its answer to.
enum OutputPath {
  /// Checks that nothing is lost by writing there: what was trained is worth more than what is made of it.
  ///
  /// - Parameters:
  ///   - option: what the message calls the path.
  ///   - model: the file that the answer is made of.
  /// - Throws: `WrongUse` for a checkpoint, also one that a link leads to, and for the model itself.
  static func check(_ path: String, _ option: String = "", madeOf model: String? = nil) throws {
    let place = option.isEmpty ? path : "\(option) \(path)"
    guard !CheckpointStore.isCheckpoint(path) else {
      throw WrongUse("\(place): is the checkpoint of a run, and is not replaced. Choose another name.")
    }
    guard model.map({ !CheckpointStore.isSameFile($0, path) }) ?? true else {
      throw WrongUse("\(place): is the model that is read, and is not replaced. Choose another name.")
    }
  }
}
