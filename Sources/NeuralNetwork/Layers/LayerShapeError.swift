/// An error for inputs of a shape that a layer does not accept.
public struct LayerShapeError: Error, Equatable {
  /// The accepted inputs: `a single axis`.
  public let needs: String
  /// Advice for the author of the model.
  public let advice: String?

  /// Creates an error.
  public init(needs: String, advice: String? = nil) {
    self.needs = needs
    self.advice = advice
  }
}
