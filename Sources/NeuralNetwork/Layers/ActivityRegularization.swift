import Configuration

/// The identity with a penalty on its values, added to the loss: l1 · Σ|x| + l2 · Σx², the mean over samples.
///
/// Any layer has the same as an option: see `Model.Node.activityRegularizer`.
public struct ActivityRegularization: UnaryLayer, Equatable {
  public static let className = "ActivityRegularization"
  public static let typeName = "activity_regularization"
  public static let prototype = ActivityRegularization()
  public static let schema: Schema = [
    .number("l1", \.l1, where: .zeroOrMore), .number("l2", \.l2, where: .zeroOrMore),
  ]

  /// The factor of the absolute values.
  public var l1: Double
  /// The factor of the squares.
  public var l2: Double

  /// Creates a layer with Keras' defaults, which do nothing.
  public init(l1: Double = 0, l2: Double = 0) {
    self.l1 = l1
    self.l2 = l2
  }

  public func outputShape(for input: Shape) -> Shape { input }
  public func operation(at site: LayerSite) -> (any Operation)? { nil }
  public var keepsLayout: Bool { true }
  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [] }

  /// The penalty; nil if it is 0.
  var regularizer: L1L2? { l1 == 0 && l2 == 0 ? nil : L1L2(l1: l1, l2: l2) }
}
