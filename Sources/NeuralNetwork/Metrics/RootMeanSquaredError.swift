/// √(Σ (output − target)² / n) over the outputs of all samples.
public struct RootMeanSquaredError: Metric {
  public static let name = "root_mean_squared_error"
  public static let aliases = ["rmse"]
  public static let largerIsBetter = false

  /// Creates the metric; it has no options.
  public init() {}

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    MeanSquaredError().compute(outputs, values: values)
  }

  public func result(ofMean mean: Double) -> Double { mean.squareRoot() }
}
