import Configuration

/// The elementwise mean of its inputs.
public struct Average: MergeLayer, Equatable {
  public static let className = "Average"
  public static let typeName = "average"
  public static let prototype = Average()
  public static let schema: Schema = []
  static let merge = MergeFunction.mean

  /// Creates the layer; it has no options.
  public init() {}
}
