import Kernels

/// The context that patterns may inspect. A pattern that depends on the mode must not change variable layouts: training
/// and inference must agree on them.
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

  /// The index of the only reader of a layer's output; nil if there are none or several.
  func onlyReader(of index: Int) -> Int? {
    guard let readers = readers[.node(index)], readers.count == 1 else { return nil }
    return readers[0]
  }

  /// Whether a layer reads only the model's input, or the output of augmentation layers that do.
  func readsInput(_ index: Int) -> Bool { plan.model.readsInput(index) }

  /// The next layer that does not keep the memory order of values, if the path to it has no branches.
  func nextLayerWithOrder(after index: Int) -> Int? {
    var next = onlyReader(of: index)
    while let found = next, layer(found).keepsLayout { next = onlyReader(of: found) }
    return next
  }

  /// The penalty on a layer's outputs; nil for none.
  func activityRegularizer(of index: Int) -> (any Regularizer)? {
    plan.nodes[index].activityRegularizer ?? (layer(index) as? ActivityRegularization)?.regularizer
  }

  /// Whether only the last layer of a fusion may have a penalty on its outputs: those of the others are not computed.
  private func hasPenaltiesAtEnd(_ fusion: Fusion) -> Bool {
    fusion.layers.dropLast().allSatisfy { activityRegularizer(of: $0) == nil }
  }

  func fusion(at index: Int, input: TensorLayout) -> Fusion? {
    for pattern in FusionCatalog.all {
      if let fusion = pattern.match(at: index, input: input, in: self), hasPenaltiesAtEnd(fusion) { return fusion }
    }
    return nil
  }
}
