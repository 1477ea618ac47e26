import Configuration

/// Every callback that a configuration can name. Register a new one here, on a line of its own.
private let callbackCatalog = Catalog<any ConfiguredCallback.Type>(
  kind: "callback", names: { [$0.name] },
  [
    EarlyStopping.self,
    ReduceLROnPlateau.self,
    CSVLogger.self,
    TensorBoard.self,
  ])

extension Catalog where Entry == any ConfiguredCallback.Type {
  /// Every callback that a configuration can name.
  public static var callbacks: Catalog { callbackCatalog }
}
