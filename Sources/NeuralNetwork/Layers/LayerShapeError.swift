/// A layer was given inputs of a shape that it does not accept.
public struct LayerShapeError: Error, Equatable {
  /// What the layer needs.
  public let needs: String
  /// What to do, for the author of the model.
  public let advice: String?

  public init(needs: String, advice: String? = nil) {
    self.needs = needs
    self.advice = advice
  }
}
