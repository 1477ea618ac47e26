import DurableFiles
import Martlet

/// The file that a command writes its answer to.
enum OutputPath {
  /// Checks that nothing is lost by writing there: what was trained is worth more than what is made of it.
  ///
  /// - Parameters:
  ///   - option: what the message calls the path.
  ///   - sources: the files that the answer is made of: the model, its data.
  /// - Throws: `WrongUse` for a directory, a checkpoint, also one that a link leads to, and for a source itself.
  static func check(_ path: String, _ option: String = "", madeOf sources: [String] = []) throws {
    let place = option.isEmpty ? path : "\(option) \(path)"
    guard !WholeFile.isDirectory(path) else { throw WrongUse("\(place): is a directory. Name a file in it.") }
    guard !CheckpointStore.isCheckpoint(path) else {
      throw WrongUse("\(place): is the checkpoint of a run, and is not replaced. Choose another name.")
    }
    guard !sources.contains(where: { CheckpointStore.isSameFile($0, path) }) else {
      throw WrongUse("\(place): is a file that is read, and is not replaced. Choose another name.")
    }
  }

  /// - Throws: `WrongUse` if a file is there that holds no predictions: predictions take the place of others alone.
  static func checkTable(_ path: String, _ option: String) throws {
    guard let start = WholeFile.start(of: path, count: 7), !start.isEmpty, !start.starts(with: "sample,".utf8) else {
      return
    }
    throw WrongUse("\(option) \(path): is no table of predictions, and is not replaced. Choose another name.")
  }

  /// - Throws: `WrongUse` if a file is there that is no PNG picture: a picture takes the place of another one alone.
  static func checkPicture(_ path: String, _ option: String) throws {
    guard let start = WholeFile.start(of: path, count: FileKind.prefixCount), !start.isEmpty else { return }
    let kind = FileKind(startingWith: start)
    guard kind?.description != "a PNG picture" else { return }
    throw WrongUse(
      "\(option) \(path): is \(kind.map { "\($0)" } ?? "no PNG picture"), and is not replaced. Choose another name.")
  }
}
