/// A checkpoint that cannot be read or written.
public enum CheckpointError: Error, Equatable {
  /// Another file: no checkpoint of ours.
  case foreign(path: String)
  case newerFormat(path: String, version: Int, supported: Int)
  /// Shorter than it was written.
  case truncated(path: String, expected: Int, found: Int)
  /// The bytes are not those that were written.
  case digestMismatch(path: String)
  /// It starts as a checkpoint does, and what should follow in its first 512 bytes does not.
  case corruptHeader(path: String)
  /// It verifies, but holds something that it should not.
  case malformed(path: String, reason: String)
  /// It verifies, but its configuration is none that this program knows.
  case configuration(path: String, reason: String)
  /// A directory without a checkpoint in it.
  case none(directory: String)
  /// None of the checkpoints in a directory is good.
  case noneGood(directory: String, reasons: [String])
  /// A state that holds NaN or infinite values, which nobody can go on from.
  case nonfinite(step: Int, variable: String)
  /// The state in which a run ended could not be saved anywhere.
  case notSaved(step: Int, reason: String)
  /// A time limit in which no step can be made and saved; both in seconds.
  case noTime(left: Double, needed: Double)
  /// A directory that holds a run already.
  case occupied(directory: String, newest: String)
  /// The directory to fall back to is the run's own.
  case fallsBackToItself(directory: String)
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .foreign(let path):
      "\(path): is not a Martlet checkpoint (a checkpoint starts with 'MARTLET CHECKPOINT')."
    case .newerFormat(let path, let version, let supported):
      "\(path): has the checkpoint format \(version); this program reads formats up to \(supported). "
        + "Use a newer Martlet."
    case .truncated(let path, let expected, let found):
      "\(path): is truncated: \(found) bytes of \(expected). Use an older checkpoint."
    case .digestMismatch(let path):
      "\(path): is damaged: its SHA-256 is not the one it was written with. Use an older checkpoint."
    case .corruptHeader(let path):
      "\(path): is corrupt: its first 512 bytes are not those of a checkpoint. Use an older checkpoint."
    case .malformed(let path, let reason):
      "\(path): is malformed: \(reason)."
    case .configuration(let path, let reason):
      "\(path): holds a configuration that this program cannot use: \(reason)"
    case .none(let directory):
      "\(directory): holds no checkpoint to resume from. Start without --resume, or name the checkpoint."
    case .noneGood(let directory, let reasons):
      "\(directory): holds no good checkpoint:\n" + reasons.map { "  \($0)" }.joined(separator: "\n")
    case .nonfinite(let step, let variable):
      "the state after step \(step) is not written: \(variable) holds NaN or infinite values."
    case .notSaved(let step, let reason):
      "the state after step \(step), the last one, could not be saved anywhere: \(reason)\n"
        + "Older checkpoints are as they were; --resume goes on from the newest of them."
    case .noTime(let left, let needed):
      "the time limit leaves no time to make a step and to save it: that may take \(Self.tenths(needed, .up)) s, and "
        + "\(Self.tenths(max(left, 0), .down)) s are left. Make the limit \(Int((needed - left).rounded(.up))) s longer, or more."
    case .occupied(let directory, let newest):
      "\(directory): holds a run already (\(newest)). Go on with it by --resume, replace it by --overwrite, "
        + "or choose another directory by --output."
    case .fallsBackToItself(let directory):
      "checkpoints.fallback_directory is the directory of the checkpoints itself (\(directory)). Name one on another "
        + "disk, or leave it out."
    }
  }
}

extension CheckpointError {
  private static func tenths(_ seconds: Double, _ direction: FloatingPointRoundingRule) -> Double {
    (seconds * 10).rounded(direction) / 10
  }
}
