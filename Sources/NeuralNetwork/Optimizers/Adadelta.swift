import Configuration

/// Adadelta, in the form of Keras:
///
///     a ← ρ·a + (1 − ρ)·g²
///     d = −√(b + ε)·g / √(a + ε)
///     b ← ρ·b + (1 − ρ)·d²
///     w ← w + α·d
///
/// Source: M. Zeiler, "ADADELTA: An Adaptive Learning Rate Method", arXiv 1212.5701 (2012), algorithm 1, where α is 1.
public struct Adadelta: Optimizer, Equatable {
  public static let className = "Adadelta"
  public static let name = "adadelta"
  public static let prototype = Adadelta()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("rho", \.rho, where: .belowOne),
    .number("epsilon", \.epsilon, where: .positive),
  ]

  public var learningRate: Float
  /// ρ, the decay of the averages; below 1.
  public var rho: Double
  /// ε, which keeps divisors from 0.
  public var epsilon: Double
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, rho: Double = 0.95, epsilon: Double = 1e-7,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.rho = rho
    self.epsilon = epsilon
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { ["accumulated_grad", "accumulated_delta_var"] }

  public func update(_ block: VariableBlock, stepSize: Float) {
    let (values, gradient) = (block.values, block.gradient)
    let (squares, changes) = (block.slot(0), block.slot(1))
    let (rho, share, epsilon) = (Float(rho), Float(1 - rho), Float(epsilon))
    for index in 0..<block.count {
      let g = gradient[index]
      squares[index] = rho * squares[index] + share * (g * g)
      let change = -(((changes[index] + epsilon).squareRoot() * g) / (squares[index] + epsilon).squareRoot())
      changes[index] = rho * changes[index] + share * (change * change)
      values[index] += stepSize * change
    }
  }
}
