import Kernels
import NeuralNetwork

/// The layers of the model, with operations and memory.
struct ModelSection {
  let plan: ModelPlan
  let optimizer: any Optimizer

  private struct Cost {
    var operations = OperationCount(forward: 0, backward: 0)
    /// The layer with whose operations those of this layer are computed; nil if they are its own.
    var host: String?
  }

  var section: Section {
    let costs = costs
    let isChain = plan.model.isChain
    var table = Table(
      caption:
        "Bytes of the parameters, and of the outputs of a sample; operations of a sample, forward and backward: a "
        + "multiplication and an addition are two",
      columns: [.text("Layer"), .text("Type")] + (isChain ? [] : [.text("Inputs")]) + [
        .text("Output"), .number("Parameters"), .number("Bytes"), .number("Output bytes"),
        .number("Forward"), .number("Backward"),
      ])
    table.rows = plan.nodes.indices.map { row($0, costs[$0], isChain: isChain) }
    table.totals = [total(costs, isChain: isChain)]
    let trainable = ModelPlan.valueCount(plan.trainableVariables)
    let slots = optimizer.slotNames.count * trainable
    return Section(
      id: "model", title: "Model",
      content: [
        .paragraph(
          "\(NumberText.grouped(trainable)) trainable parameters of \(NumberText.grouped(ModelPlan.valueCount(plan.variables))), \(plan.nodes.count) layers. The optimizer keeps \(NumberText.grouped(slots)) numbers (\(NumberText.size(4 * slots)))."
        ),
        table.html,
      ])
  }

  /// The operations of each layer in training; those of layers that are computed together are with the first.
  private var costs: [Cost] {
    var costs = plan.nodes.map { _ in Cost() }
    guard let program = try? plan.compile(mode: .training, kernels: InstructionSet.baseline.kernels) else {
      return costs
    }
    for placed in program.operations {
      guard let first = placed.layers.first else { continue }
      let count = program.operationCount(of: placed)
      costs[first].operations.forward += count.forward
      costs[first].operations.backward += count.backward
      for other in placed.layers.dropFirst() { costs[other].host = plan.nodes[first].name }
    }
    return costs
  }

  private func bytes(_ node: ModelPlan.Node) -> (parameters: Int, outputs: Int) {
    (4 * ModelPlan.valueCount(plan.variables[node.variables]), 4 * node.outputShape.count)
  }

  private func row(_ index: Int, _ cost: Cost, isChain: Bool) -> [HTML] {
    let node = plan.nodes[index]
    let inputs = node.inputs.map { source in
      switch source {
      case .input: "input"
      case .node(let index): plan.nodes[index].name
      }
    }
    let isOwn = cost.host == nil || cost.operations.forward > 0
    let operations = [cost.operations.forward, cost.operations.backward].map { NumberText.grouped($0) }
    let numbers = isOwn ? operations : ["with \(cost.host ?? "")", ""]
    let size = bytes(node)
    return [HTML(node.name), HTML(node.className + (node.isTrainable ? "" : " (frozen)"))]
      + (isChain ? [] : [HTML(inputs.joined(separator: ", "))]) + [HTML("\(node.outputShape.sizes)")]
      + [size.parameters / 4, size.parameters, size.outputs].map { HTML(NumberText.grouped($0)) }
      + numbers.map { HTML($0) }
  }

  private func total(_ costs: [Cost], isChain: Bool) -> [HTML] {
    let sizes = plan.nodes.map(bytes)
    let sums = [
      sizes.reduce(0) { $0 + $1.parameters } / 4, sizes.reduce(0) { $0 + $1.parameters },
      sizes.reduce(0) { $0 + $1.outputs }, costs.reduce(0) { $0 + $1.operations.forward },
      costs.reduce(0) { $0 + $1.operations.backward },
    ]
    return ["Total", ""] + (isChain ? [] : [""]) + [""] + sums.map { HTML(NumberText.grouped($0)) }
  }
}
