import Configuration
import Kernels
import Randomness
import RunConfiguration
import Testing

@testable import NeuralNetwork

@Suite("Frozen layers")
struct FrozenLayerTests {
  private static func model(_ yaml: String) throws -> Model {
    try Model(configuration: YAMLDocument.parse(yaml), path: "model")
  }

  @Test("are written as trainable: false, on every layer")
  func configuration() throws {
    let yaml = """
      - conv2d: {name: stem, trainable: false, filters: 3, kernel_size: 3}
      - batch_normalization: {trainable: true}
      - relu: {trainable: false}
      - flatten: {trainable: false, inputs: [relu]}
      - dense: {units: 4}
      """
    let model = try Self.model(yaml)
    #expect(model.nodes.map(\.isTrainable) == [false, true, false, false, true])
    let again = try Model(configuration: model.configuration, path: "model")
    #expect(again.nodes.map(\.isTrainable) == model.nodes.map(\.isTrainable))
    #expect(again.configuration == model.configuration)
    var other = model
    other.setTrainable(true, layers: [0])
    #expect(!model.isSame(as: other) && model.isSame(as: other, ignoringTrainable: true))
    #expect(model.prepending(Rescaling(scale: 2)).nodes.map(\.isTrainable) == [true] + model.nodes.map(\.isTrainable))
    #expect {
      _ = try Self.model("- dense: {units: 4, trainable: maybe}")
    } throws: {
      "\($0)".contains("trainable: ") && "\($0)".contains("maybe")
    }
  }

  @Test("count as non-trainable, and have no optimizer variables")
  func summary() throws {
    var model = Model([
      Conv2D(filters: 3, kernelSize: [3, 3]), BatchNormalization(), Flatten(), Dense(units: 4),
    ])
    model.setTrainable(false, layers: 0..<2)
    let plan = try model.plan(inputShape: [4, 4, 1])
    #expect(
      plan.variables.map(\.role) == [.frozen, .frozen, .frozen, .frozen, .frozen, .frozen, .trainable, .trainable])
    // A kernel of 27 values and five variables of 3, each aligned to cache lines.
    #expect(plan.movingCount == 0 && plan.stateCount == (2 + 5) * FloatBuffer.alignment)
    let lines = plan.summary(optimizer: Adam()).split(separator: "\n").suffix(4)
    #expect(
      Array(lines)
        == [
          " Total params: 200 (800.00 B)", " Trainable params: 52 (208.00 B)", " Non-trainable params: 42 (168.00 B)",
          " Optimizer params: 106 (424.00 B)",
        ].map { $0[...] }, "\(lines)")
  }

  @Test("throughout a model are refused in training, not in prediction")
  func allFrozen() throws {
    var model = Model([Dense(units: 3)])
    model.setTrainable(false, layers: [0])
    let plan = try model.plan(inputShape: [5])
    #expect {
      try plan.checkTrains()
    } throws: {
      "\($0)"
        == "model: all layers with weights are frozen. Remove trainable: false from at "
        + "least one."
    }
  }

  /// Layers after a first one, some of them frozen: their gradients reach the first.
  static let chains: [(layers: [any Layer], frozen: [Int])] = [
    ([Conv2D(filters: 5, kernelSize: [3, 3], activation: .relu), MaxPooling2D(), Flatten(), Dense(units: 4)], [1]),
    ([Conv2D(filters: 40, kernelSize: [3, 3]), ReLU(), MaxPooling2D(), Flatten(), Dense(units: 4)], [1, 2, 3]),
    ([Conv2D(filters: 4, kernelSize: [3, 3], useBias: false), MaxPooling2D(), Flatten(), Dense(units: 4)], [1, 4]),
    ([Conv2D(filters: 4, kernelSize: [3, 3]), Activation(.tanh), Flatten(), Dense(units: 4)], [1, 2]),
  ]

  @Test("propagate the same gradients as trainable ones", arguments: chains.indices)
  func gradients(index: Int) throws {
    let (layers, frozen) = Self.chains[index]
    let first = Conv2D(filters: 3, kernelSize: [2, 2], activation: .tanh)
    var model = Model([first] + layers)
    let trained = try run(model)
    model.setTrainable(false, layers: frozen)
    let result = try run(model)
    #expect(result.output == trained.output)
    for (path, gradient) in result.gradients {
      #expect(gradient == trained.gradients[path], "\(path)")
    }
    #expect(result.gradients.count < trained.gradients.count && result.gradients["conv2d/kernel"] != nil)
  }

  @Test("at the start have no backward pass")
  func firstLayers() throws {
    var model = Model([
      Conv2D(filters: 3, kernelSize: [3, 3]), ReLU(), BatchNormalization(), Flatten(), Dense(units: 4), Dense(units: 2),
    ])
    model.setTrainable(false, layers: [0, 2])
    let program = try model.plan(inputShape: [6, 6, 1]).compile(
      mode: .training, kernels: InstructionSet.baseline.kernels)
    #expect(program.segments.count == 1)
    #expect(program.operations.map { program.values[$0.output].needsGradient } == [false, false, false, true, true])
    #expect(program.operationCount(of: program.operations[0]).backward == 0)
    #expect(program.operationCount(of: program.operations[3]).backward == 2 * 48 * 4)
    #expect(program.operationCount(of: program.operations[4]).backward == 2 * 2 * 4 * 2)
  }

  /// The output for samples in two shards, and the gradients of all trainable variables.
  private func run(_ model: Model) throws -> (output: [Float], gradients: [String: [Float]]) {
    let plan = try model.plan(inputShape: [9, 8, 2])
    let kernels = InstructionSet.bestSupported.kernels
    let program = try plan.compile(mode: .training, kernels: kernels)
    let samples = 5
    let workspace = Workspace(for: program, capacity: samples, shards: 2, kernels: kernels)
    workspace.divide(into: 2) { $0 == 0 ? 2 : samples }
    let (variables, gradients) = (FloatBuffer(count: plan.trainableCount), FloatBuffer(count: plan.trainableCount))
    let state = FloatBuffer(count: plan.stateCount)
    program.initializeVariables(variables, state: state, seed: 3)
    var random = RandomStream(seed: 4, purpose: .dropout)
    for index in 0..<samples * plan.inputShape.count { workspace.input[index] = random.nextUniform() }
    workspace.forward(variables: variables.start, state: state.start)
    let outputs = samples * plan.outputShape.count
    let output = (0..<outputs).map { workspace.output[$0] }
    for index in 0..<outputs { workspace.outputGradient[index] = random.nextUniform(from: -1, to: 1) }
    workspace.backward(variables: variables.start, state: state.start, gradients: gradients.start)
    let trainable = plan.variables.indices.filter { plan.variables[$0].role == .trainable }
    return (
      output,
      Dictionary(
        uniqueKeysWithValues: trainable.map {
          (plan.variables[$0].path, program.values(of: $0, in: gradients.start))
        })
    )
  }
}
