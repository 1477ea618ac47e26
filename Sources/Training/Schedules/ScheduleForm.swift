import Configuration

/// The learning rate as a function of the step, without warm-up.
///
/// A new form is one file that conforms to this protocol, and one line in `ScheduleCatalog.swift`.
public protocol ScheduleForm: Configurable {
  /// The name in YAML: `cosine`.
  static var name: String { get }
  /// The class in Keras: `CosineDecay`; nil if Keras has none.
  static var className: String? { get }

  /// The form of Keras with the same rate in every step; nil if there is none. By default itself, if it has a class there.
  var kerasForm: (any ScheduleForm)? { get }

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - rate: the optimizer's learning rate.
  ///   - step: counted from 0.
  func rate(_ rate: Double, step: Double) -> Double

  /// The learning rate that a warm-up reaches; by default the optimizer's.
  func start(_ rate: Double) -> Double

  /// Checks that options fit together.
  ///
  /// - Throws: `ConfigurationError`.
  func check(_ reader: ConfigurationReader) throws
}

extension ScheduleForm {
  public static var className: String? { nil }
  public var kerasForm: (any ScheduleForm)? { Self.className == nil ? nil : self }
  public func start(_ rate: Double) -> Double { rate }
  public func check(_ reader: ConfigurationReader) throws {}
}
