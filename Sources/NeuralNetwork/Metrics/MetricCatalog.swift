import Configuration

/// Every metric. Register a new one here, on a line of its own.
///
/// The tests compare every metric of this list with Keras: its cases are lines in `Tests/KerasGolden/Scripts`.
private let metricCatalog = Catalog<any Metric.Type>(
  kind: "metric", names: { [$0.name] + $0.aliases },
  [
    Accuracy.self,
    BinaryAccuracy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
    CategoricalAccuracy.self,
    SparseCategoricalAccuracy.self,
    TopKCategoricalAccuracy.self,
    SparseTopKCategoricalAccuracy.self,
    Precision.self,
    Recall.self,
    F1Score.self,
    FBetaScore.self,
    AUC.self,
    ConfusionMatrix.self,
    RootMeanSquaredError.self,
    MeanAbsolutePercentageError.self,
    MeanSquaredLogarithmicError.self,
    BinaryCrossentropy.self,
    CategoricalCrossentropy.self,
    SparseCategoricalCrossentropy.self,
    Huber.self,
    LogCosh.self,
    Hinge.self,
    SquaredHinge.self,
    CategoricalHinge.self,
    KLDivergence.self,
    Poisson.self,
    CosineSimilarity.self,
  ])

extension Catalog where Entry == any Metric.Type {
  /// Every metric that a configuration can name.
  public static var metrics: Catalog { metricCatalog }
}
