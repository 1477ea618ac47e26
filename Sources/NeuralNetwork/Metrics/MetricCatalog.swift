import Configuration

/// Every metric there is. A new one is registered here, on a line of its own.
private let metricCatalog = Catalog<any Metric.Type>(
  kind: "metric", names: { [$0.name] + $0.aliases },
  [
    Accuracy.self,
    BinaryAccuracy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
  ])

extension Catalog where Entry == any Metric.Type {
  /// Every metric there is.
  public static var metrics: Catalog { metricCatalog }
}
