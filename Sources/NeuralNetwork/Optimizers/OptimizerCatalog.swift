/// Every optimizer there is. A new one is registered here, on a line of its own.
public enum OptimizerCatalog {
  public static let all: [any Optimizer.Type] = [
    Adam.self,
    AdamW.self,
    SGD.self,
  ]
}
