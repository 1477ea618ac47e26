import Configuration

/// The elementwise maximum of its inputs. Equal values share its gradient: see `MergeOperation`.
public struct Maximum: MergeLayer, Equatable {
  public static let className = "Maximum"
  public static let typeName = "maximum"
  public static let prototype = Maximum()
  public static let schema: Schema = []
  static let merge = MergeFunction.maximum

  /// Creates the layer; it has no options.
  public init() {}
}
