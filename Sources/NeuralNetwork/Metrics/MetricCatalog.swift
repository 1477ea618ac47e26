import Configuration

/// Every metric. Register a new one here, on a line of its own.
private let metricCatalog = Catalog<any Metric.Type>(
  kind: "metric", names: { [$0.name] + $0.aliases },
  [
    Accuracy.self,
    BinaryAccuracy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
  ])

extension Catalog where Entry == any Metric.Type {
  /// Every metric that a configuration can name.
  public static var metrics: Catalog { metricCatalog }
}
