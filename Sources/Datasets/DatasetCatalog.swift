import Configuration

/// Every data set there is. A new one is registered here, on a line of its own.
private let datasetCatalog = Catalog<any DatasetSource.Type>(
  kind: "data set", names: { [$0.name] },
  [
    MNISTSource.self,
    DigitsSource.self,
    IDXSource.self,
    NPZSource.self,
  ])

extension Catalog where Entry == any DatasetSource.Type {
  /// Every data set there is.
  public static var datasets: Catalog { datasetCatalog }
}
