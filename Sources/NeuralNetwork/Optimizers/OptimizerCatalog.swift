import Configuration

/// Every optimizer there is. A new one is registered here, on a line of its own.
///
/// The tests run every optimizer of this list beside Keras: its cases are lines in `Tests/KerasGolden/make_golden.py`.
private let optimizerCatalog = Catalog<any Optimizer.Type>(
  kind: "optimizer", names: { [$0.name] },
  [
    Adam.self,
    AdamW.self,
    RMSprop.self,
    SGD.self,
  ])

extension Catalog where Entry == any Optimizer.Type {
  /// Every optimizer there is.
  public static var optimizers: Catalog { optimizerCatalog }
}
