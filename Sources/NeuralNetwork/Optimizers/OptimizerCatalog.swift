import Configuration

/// Every optimizer. Register a new one here, on a line of its own.
///
/// The tests compare every optimizer of this list with Keras: its cases are lines in
/// `Tests/KerasGolden/Scripts`.
private let optimizerCatalog = Catalog<any Optimizer.Type>(
  kind: "optimizer", names: { [$0.name] },
  [
    Adam.self,
    AdamW.self,
    RMSprop.self,
    SGD.self,
    Adagrad.self,
    Adadelta.self,
    Adamax.self,
    Nadam.self,
    Lion.self,
  ])

extension Catalog where Entry == any Optimizer.Type {
  /// Every optimizer that a configuration can name.
  public static var optimizers: Catalog { optimizerCatalog }
}
