import Configuration

/// The elementwise product of its inputs.
public struct Multiply: MergeLayer, Equatable {
  public static let className = "Multiply"
  public static let typeName = "multiply"
  public static let prototype = Multiply()
  public static let schema: Schema = []
  static let merge = MergeFunction.product

  /// Creates the layer; it has no options.
  public init() {}
}
