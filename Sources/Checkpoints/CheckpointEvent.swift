/// What became of a checkpoint.
public enum CheckpointEvent: Sendable, Equatable {
  case written(WrittenCheckpoint)
  /// No directory took it. The run goes on; older checkpoints are as they were.
  case failed(step: Int, reason: String)
}

/// A checkpoint that is safe on the disk.
public struct WrittenCheckpoint: Sendable, Equatable {
  public let path: String
  public let step: Int
  public let bytes: Int
  /// From the copy of the state until the file, its directory and the links are synced.
  public let seconds: Double
  public let isBest: Bool
  /// Why it is not in the run's own directory; nil if it is there.
  public let fault: String?
  /// Why a link does not lead where it should; nil if both do.
  public let linkFault: String?
  /// What else had its name, and where that is now; nil if nothing had.
  public let setAside: String?
  /// Which checkpoints of other runs were found in the directory, and left; nil if none was.
  public let foreign: String?
}
