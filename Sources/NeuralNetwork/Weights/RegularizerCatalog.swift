import Configuration

/// Every regularizer. Register a new one here, on a line of its own.
private let regularizerCatalog = Catalog<any Regularizer.Type>(
  kind: "regularizer", names: { [$0.name, $0.className] },
  [
    L1.self,
    L2.self,
    L1L2.self,
  ])

extension Catalog where Entry == any Regularizer.Type {
  /// Every regularizer that a configuration can name.
  public static var regularizers: Catalog { regularizerCatalog }
}
