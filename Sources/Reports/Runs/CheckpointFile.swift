import Checkpoints
import DurableFiles

/// A checkpoint in a run's directory.
package struct CheckpointFile: Sendable {
  let path: String
  let step: Int
  /// The size in bytes; nil if the file was removed since it was listed.
  let byteCount: Int?

  /// The checkpoints in a directory, oldest first.
  package static func all(inDirectory directory: String) -> [CheckpointFile] {
    CheckpointStore(directory: directory).filesByStep().sorted { $0.key < $1.key }.map { step, path in
      CheckpointFile(path: path, step: step, byteCount: FileStamp(path: path)?.size)
    }
  }
}
