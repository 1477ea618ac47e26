import Kernels

/// Every pattern; the first match wins.
enum FusionCatalog {
  static let all: [any FusionPattern.Type] = [
    FoldedNormalization.self,
    OneChannelPooledConvolution.self,
    PooledConvolution.self,
    NormalizedActivation.self,
  ]
}
