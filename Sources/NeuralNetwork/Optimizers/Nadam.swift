import Configuration
import ElementaryFunctions

/// Nadam, Adam with Nesterov momentum, in the form of Keras:
///
///     t = iteration + 1,   µₜ = β₁·(1 − ½·0.96ᵗ),   pₜ = µ₁·µ₂·…·µₜ
///     m ← m + (g − m)·(1 − β₁)
///     v ← v + (g² − v)·(1 − β₂)
///     w ← w − α·(µₜ₊₁·m / (1 − pₜ·µₜ₊₁) + (1 − µₜ)·g / (1 − pₜ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Keras keeps pₜ as a variable, in `Float`. Here it is computed from t, in `Double`, so that it is not part of a run's
/// state: pₜ = β₁ᵗ·Π(1 − ½·0.96ⁱ), whose factors are 1 from i = 1000 on. Files for Keras have it after the slots.
/// Source: T. Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop.
public struct Nadam: Optimizer, Equatable {
  public static let className = "Nadam"
  public static let name = "nadam"
  public static let prototype = Nadam()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("beta_1", \.beta1, where: .belowOne),
    .number("beta_2", \.beta2, where: .belowOne),
    .number("epsilon", \.epsilon, where: .positive),
  ]

  public var learningRate: Float
  /// β₁, the decay of the first moment; below 1.
  public var beta1: Double
  /// β₂, the decay of the second moment; below 1.
  public var beta2: Double
  /// ε, which keeps divisors from 0.
  public var epsilon: Double
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { ["momentum", "velocity"] }

  public func scalars(iteration: Int) -> [Float] { [Float(product(to: iteration))] }

  public func update(_ block: VariableBlock, stepSize: Float) {
    let (values, gradient, momentum, velocity) = (block.values, block.gradient, block.slot(0), block.slot(1))
    let step = block.iteration + 1
    let (share, nextShare, product) = (momentumShare(step), momentumShare(step + 1), product(to: step))
    let ofMomentum = Float(nextShare / (1 - product * nextShare))
    let ofGradient = Float((1 - share) / (1 - product))
    // β₁ and β₂ are `Float`s in Keras.
    let correction = 1 - Float(Elementary.pow(Double(Float(beta2)), Double(step)))
    let (share1, share2, epsilon) = (1 - Float(beta1), 1 - Float(beta2), Float(epsilon))
    for index in 0..<block.count {
      let g = gradient[index]
      momentum[index] += (g - momentum[index]) * share1
      velocity[index] += (g * g - velocity[index]) * share2
      let direction = ofMomentum * momentum[index] + ofGradient * g
      values[index] -= (direction * stepSize) / ((velocity[index] / correction).squareRoot() + epsilon)
    }
  }

  /// µₜ.
  private func momentumShare(_ step: Int) -> Double {
    Double(Float(beta1)) * (1 - 0.5 * Elementary.pow(0.96, Double(min(step, Self.factorProducts.count))))
  }

  /// pₜ; 1 for t = 0.
  private func product(to step: Int) -> Double {
    Elementary.pow(beta1, Double(step)) * Self.factorProducts[min(step, Self.factorProducts.count - 1)]
  }

  /// The products of the first factors 1 − ½·0.96ⁱ.
  private static let factorProducts: [Double] = (1...1000).reduce(into: [1.0]) { products, index in
    products.append(products[index - 1] * (1 - 0.5 * Elementary.pow(0.96, Double(index))))
  }
}
