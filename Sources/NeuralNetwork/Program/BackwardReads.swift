/// The values that an operation's backward pass reads, besides the gradient of its output.
public struct BackwardReads: OptionSet, Sendable {
  /// The bits of the set.
  public let rawValue: Int
  /// Creates a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The values of the inputs.
  public static let inputs = BackwardReads(rawValue: 1)
  /// The values of the output.
  public static let output = BackwardReads(rawValue: 2)
}
