import Configuration

/// Every loss there is. A new one is registered here, on a line of its own.
///
/// The tests run every loss of this list on what Keras computed with it: its cases are lines in
/// `Tests/KerasGolden/make_golden.py`.
private let lossCatalog = Catalog<any Loss.Type>(
  kind: "loss", names: { [$0.name] + $0.aliases },
  [
    CategoricalCrossentropy.self,
    SparseCategoricalCrossentropy.self,
    BinaryCrossentropy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
  ])

extension Catalog where Entry == any Loss.Type {
  /// Every loss there is.
  public static var losses: Catalog { lossCatalog }
}
