import Configuration

/// The kind of targets that a loss compares outputs with.
public enum TargetKind: Sendable {
  /// A class per sample; each class has an output. The loss includes a final softmax.
  case classes
  /// A value per output.
  case values
}
