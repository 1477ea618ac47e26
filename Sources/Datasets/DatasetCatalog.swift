import Configuration

/// All data sets. A new one is registered here, with one line.
private let datasetCatalog = Catalog<any DatasetSource.Type>(
  kind: "data set", names: { [$0.name] },
  [
    MNISTSource.self,
    FashionMNISTSource.self,
    CIFAR10Source.self,
    CIFAR100Source.self,
    DigitsSource.self,
    ImageFolderSource.self,
    IDXSource.self,
    NPZSource.self,
    NPYSource.self,
    HDF5Source.self,
  ])

extension Catalog where Entry == any DatasetSource.Type {
  /// All registered data sets.
  public static var datasets: Catalog { datasetCatalog }
}
