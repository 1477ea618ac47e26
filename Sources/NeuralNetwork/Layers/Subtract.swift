import Configuration

/// The first input minus the second, elementwise.
public struct Subtract: MergeLayer, Equatable {
  public static let className = "Subtract"
  public static let typeName = "subtract"
  public static let prototype = Subtract()
  public static let schema: Schema = []
  static let merge = MergeFunction.difference
  public static let inputCount = 2...2

  /// Creates the layer; it has no options.
  public init() {}
}
