import Kernels

/// Several layers that one operation computes.
struct Fusion {
  let operation: any Operation
  /// The positions of the layers, in order; all others that read one of them read the last.
  let layers: [Int]
  /// The layer among them that is folded into the weights of the first one; nil if none is.
  var normalization: Int?
}

/// A pattern of layers that one operation computes faster than one after the other.
protocol FusionPattern: Sendable {
  /// - Parameters:
  ///   - index: the position of the first layer.
  ///   - input: how its input lies in memory.
  /// - Returns: nil if the layers from there on are not of this pattern.
  static func match(at index: Int, input: TensorLayout, in context: LoweringContext) -> Fusion?
}

/// Every pattern; the first that matches is taken.
enum FusionCatalog {
  static let all: [any FusionPattern.Type] = [
    FoldedNormalization.self,
    OneChannelPooledConvolution.self,
    PooledConvolution.self,
  ]
}

/// What patterns may look at. One that looks at the mode leaves the layouts of variables as they are without it: training
/// and inference have to agree on them.
struct LoweringContext {
  let plan: ModelPlan
  let mode: Pass.Mode
  let kernels: KernelSet
  let leavesSoftmax: Bool
  private let readers: [Model.Source: [Int]]

  init(plan: ModelPlan, mode: Pass.Mode, kernels: KernelSet, leavesSoftmax: Bool) {
    self.plan = plan
    self.mode = mode
    self.kernels = kernels
    self.leavesSoftmax = leavesSoftmax
    var readers: [Model.Source: [Int]] = [:]
    for (index, node) in plan.nodes.enumerated() {
      for source in node.inputs { readers[source, default: []].append(index) }
    }
    self.readers = readers
  }

  func layer(_ index: Int) -> any Layer { plan.nodes[index].layer }

  /// The position of the only layer that reads the output of one; nil if there are none or several.
  func onlyReader(of index: Int) -> Int? {
    guard let readers = readers[.node(index)], readers.count == 1 else { return nil }
    return readers[0]
  }

  /// Whether a layer reads the model's input alone, or what augmentation makes of it.
  func readsInput(_ index: Int) -> Bool { plan.model.readsInput(index) }

  /// The first layer after one that does not keep the order of values in memory, on the only way from there.
  func nextLayerWithOrder(after index: Int) -> Int? {
    var next = onlyReader(of: index)
    while let found = next, layer(found).keepsLayout { next = onlyReader(of: found) }
    return next
  }

  func fusion(at index: Int, input: TensorLayout) -> Fusion? {
    for pattern in FusionCatalog.all {
      if let fusion = pattern.match(at: index, input: input, in: self) { return fusion }
    }
    return nil
  }
}
