/// A checkpoint that is durable on disk.
public struct WrittenCheckpoint: Sendable, Equatable {
  /// The path of the file.
  public let path: String
  /// The number of steps done.
  public let step: Int
  /// The size of the file.
  public let bytes: Int
  /// The time from the copy of the state until the file, its directory and the links are synced.
  public let seconds: Double
  /// Whether it is the best checkpoint so far, by `CheckpointPolicy.keepBest`.
  public let isBest: Bool
  /// Why it is not in the run's own directory; nil if it is.
  public let fault: String?
  /// Why a link is missing or wrong; nil if both are right.
  public let linkFault: String?
  /// Which other file had its name, and where it was moved; nil if none had.
  public let setAside: String?
  /// Which checkpoints of other runs were found in the directory, and left unchanged; nil if none.
  public let foreign: String?
}
