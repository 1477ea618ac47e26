/// Every optimizer there is. A new one is registered here, on a line of its own.
///
/// The tests run every optimizer of this list beside Keras: its cases are lines in `Tests/KerasGolden/make_golden.py`.
public enum OptimizerCatalog {
  public static let all: [any Optimizer.Type] = [
    Adam.self,
    AdamW.self,
    SGD.self,
  ]
}
