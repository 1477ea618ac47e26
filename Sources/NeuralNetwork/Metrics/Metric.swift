import Configuration

/// An evaluation metric; reported, not optimized.
///
/// A new metric is one file that conforms to this protocol, or to `CountMetric`, and one line in `MetricCatalog.swift`.
public protocol Metric: Configurable {
  /// Keras' name: `accuracy`.
  static var name: String { get }
  /// Other names in Keras: `mse`.
  static var aliases: [String] { get }
  /// Whether larger values are better.
  static var largerIsBetter: Bool { get }
  /// Whether it needs the probabilities of a final softmax, and not only the order of its arguments.
  static var needsProbabilities: Bool { get }
  /// Whether Keras has the metric; if not, its files leave it out.
  static var isInKeras: Bool { get }
  /// Whether the value is a single number, which can be compared with that of another epoch, and not an array.
  var isNumber: Bool { get }

  init()

  /// Computes a value per sample; the metric follows from their mean over all samples.
  ///
  /// - Parameter values: overwritten for each sample.
  func compute(_ outputs: ModelOutputs, values: SampleColumn)

  /// The metric for a mean over all samples: the mean itself by default.
  func result(ofMean mean: Double) -> Double
}

extension Metric {
  public static var aliases: [String] { [] }
  public static var needsProbabilities: Bool { true }
  public static var prototype: Self { Self() }
  public static var schema: Schema { [] }
  public static var isInKeras: Bool { true }
  public var isNumber: Bool { true }
  public func result(ofMean mean: Double) -> Double { mean }
}
