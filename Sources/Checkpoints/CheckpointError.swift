/// An error of reading or writing checkpoints.
public enum CheckpointError: Error, Equatable {
  /// Not a checkpoint.
  case foreign(path: String)
  case newerFormat(path: String, version: Int, supported: Int)
  /// Shorter than its header states.
  case truncated(path: String, expected: Int, found: Int)
  /// The digest does not match.
  case digestMismatch(path: String)
  /// It starts like a checkpoint, but its first 512 bytes are not a valid header.
  case corruptHeader(path: String)
  /// It verifies, but its contents are invalid.
  case malformed(path: String, reason: String)
  /// It verifies, but this program does not support its configuration.
  case configuration(path: String, reason: String)
  /// A directory without checkpoints.
  case none(directory: String)
  /// A directory without a good checkpoint.
  case noneGood(directory: String, reasons: [String])
  /// A state with NaN or infinite values, from which no run can resume.
  case nonfinite(step: Int, variable: String)
  /// The final state of a run could not be saved anywhere.
  case notSaved(step: Int, reason: String)
  /// A time limit too short to make and save a step; both times in seconds.
  case noTime(left: Double, needed: Double)
  /// A directory that already holds a run.
  case occupied(directory: String, newest: String)
  /// The fallback directory is the run's own directory.
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
      "\(path): is corrupt: SHA-256 mismatch. Use an older checkpoint."
    case .corruptHeader(let path):
      "\(path): is corrupt: its first 512 bytes are not those of a checkpoint. Use an older checkpoint."
    case .malformed(let path, let reason):
      "\(path): is malformed: \(reason)."
    case .configuration(let path, let reason):
      "\(path): has a configuration that this program cannot use: \(reason)"
    case .none(let directory):
      "\(directory): holds no checkpoint to resume from."
    case .noneGood(let directory, let reasons):
      "\(directory): holds no good checkpoint:\n" + reasons.map { "  \($0)" }.joined(separator: "\n")
    case .nonfinite(let step, let variable):
      "the state after step \(step) was not written: \(variable) has NaN or infinite values."
    case .notSaved(let step, let reason):
      "the state after step \(step), the last one, could not be saved anywhere: \(reason)\n"
        + "Older checkpoints are unchanged."
    case .noTime(let left, let needed):
      "the time limit leaves no time to make and save a step: that may take \(Self.tenths(needed, .up)) s, and "
        + "\(Self.tenths(max(left, 0), .down)) s are left. Make the limit \(Int((needed - left).rounded(.up))) s longer, or more."
    case .occupied(let directory, let newest):
      "\(directory): already holds a run (\(newest))."
    case .fallsBackToItself(let directory):
      "checkpoints.fallback_directory is the checkpoint directory itself (\(directory)). Name one on another "
        + "disk, or leave it out."
    }
  }
}

extension CheckpointError {
  private static func tenths(_ seconds: Double, _ direction: FloatingPointRoundingRule) -> Double {
    (seconds * 10).rounded(direction) / 10
  }
}
