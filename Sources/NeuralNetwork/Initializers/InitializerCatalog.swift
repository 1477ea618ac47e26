import Configuration

/// Every initializer. Register a new one here, on a line of its own.
private let initializerCatalog = Catalog<any ConfiguredInitializer.Type>(
  kind: "initializer", names: { [$0.name, $0.className] },
  [
    GlorotUniform.self,
    GlorotNormal.self,
    HeUniform.self,
    HeNormal.self,
    LecunUniform.self,
    LecunNormal.self,
    VarianceScaling.self,
    RandomNormal.self,
    RandomUniform.self,
    TruncatedNormal.self,
    Orthogonal.self,
    Identity.self,
    Whitening.self,
    Constant.self,
    Zeros.self,
    Ones.self,
  ])

extension Catalog where Entry == any ConfiguredInitializer.Type {
  /// Every initializer that a configuration can name.
  public static var initializers: Catalog { initializerCatalog }
}
