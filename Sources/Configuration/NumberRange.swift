/// The range of numbers that an option accepts, with its wording in messages. NaN and infinity are in no range.
public enum NumberRange: Sendable, CustomStringConvertible {
  case positive
  /// Greater than 0 and at most this.
  case positiveUpTo(Double)
  case zeroOrMore
  /// From 0 up to, but not including, 1.
  case belowOne
  /// From 0 up to and including 1.
  case upToOne
  /// Greater than 0 and less than 1.
  case properFraction
  case finite

  /// Whether a value is in the range.
  public func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    return switch self {
    case .positive: value > 0
    case .positiveUpTo(let limit): value > 0 && value <= limit
    case .zeroOrMore: value >= 0
    case .belowOne: value >= 0 && value < 1
    case .upToOne: value >= 0 && value <= 1
    case .properFraction: value > 0 && value < 1
    case .finite: true
    }
  }

  /// The wording in messages, after "a number".
  public var description: String {
    switch self {
    case .positive: "greater than 0"
    case .positiveUpTo(let limit): "greater than 0 and at most \(Int(limit))"
    case .zeroOrMore: "of 0 or more"
    case .belowOne: "of 0 or more and less than 1"
    case .upToOne: "of 0 or more and at most 1"
    case .properFraction: "greater than 0 and less than 1"
    case .finite: "that is finite"
    }
  }
}
