import ElementaryFunctions

/// Clips probabilities with Keras' epsilon, so that logarithms are finite.
enum ProbabilityClip {
  static func clip(_ probability: Float) -> Float {
    probability.isNaN ? probability : min(max(probability, 1e-7), 1 - 1e-7)
  }
}
