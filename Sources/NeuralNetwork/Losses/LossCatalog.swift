import Configuration

/// Every loss. Register a new one here, on a line of its own.
///
/// The tests compare every loss of this list with Keras: its cases are lines in `Tests/KerasGolden/Scripts`.
private let lossCatalog = Catalog<any Loss.Type>(
  kind: "loss", names: { [$0.name] + $0.aliases },
  [
    CategoricalCrossentropy.self,
    SparseCategoricalCrossentropy.self,
    BinaryCrossentropy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
    MeanAbsolutePercentageError.self,
    MeanSquaredLogarithmicError.self,
    CategoricalFocalCrossentropy.self,
    BinaryFocalCrossentropy.self,
    Huber.self,
    LogCosh.self,
    Hinge.self,
    SquaredHinge.self,
    CategoricalHinge.self,
    KLDivergence.self,
    Poisson.self,
    CosineSimilarity.self,
  ])

extension Catalog where Entry == any Loss.Type {
  /// Every loss that a configuration can name.
  public static var losses: Catalog { lossCatalog }
}
