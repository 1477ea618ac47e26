/// A layer was given inputs of a shape that it does not accept.
public struct LayerShapeError: Error, Equatable {
  /// What the layer needs, and what to do.
  public let needs: String

  public init(needs: String) { self.needs = needs }
}
