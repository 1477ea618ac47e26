import Configuration

/// x where it is positive, else α·(exp(x) − 1).
///
/// Source: D. Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015.
public struct ELU: FunctionLayer, Equatable {
  public static let className = "ELU"
  public static let typeName = "elu"
  public static let prototype = ELU()
  public static let schema: Schema = [.number("alpha", \.alpha, where: .zeroOrMore)]

  /// α, 0 or more.
  public var alpha: Double

  /// Creates a layer.
  public init(alpha: Double = 1) { self.alpha = alpha }

  var function: ActivationFunction { .elu(alpha: alpha) }
}
