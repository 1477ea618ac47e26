import Configuration
import KerasGolden
import Kernels
import Randomness
import RunConfiguration
import Testing

@testable import NeuralNetwork

/// The conformance tests of every layer in the catalog. `LayerTrainingTests` covers workers and resuming.
@Suite("Every layer in the catalog")
struct LayerConformanceTests {
  /// Sums of up to 3,000 products in another order differ in the last of Float's 24 bits, times the root of the count.
  static let tolerance: Float = 1e-5

  @Test(
    "has Keras cases, including a small one and one in training",
    arguments: Catalog.layers.all.map { $0.className })
  func hasCases(className: String) throws {
    func cases(_ names: [String]) throws -> [LayerCase] {
      try names.map { try LayerCase($0) }.filter { type(of: $0.layer).className == className }
    }
    #expect(try !cases(LayerCase.smallNames).isEmpty)
    #expect(try cases(LayerCase.names).contains { try $0.isTraining })
  }

  @Test("has unique names")
  func names() {
    let names = Catalog.layers.all.flatMap { [$0.className] + $0.classAliases }
    #expect(Set(names).count == names.count)
    #expect(Set(Catalog.layers.names).count == Catalog.layers.all.count)
  }

  @Test("is an ActivatedLayer if it has an activation")
  func activations() {
    for type in Catalog.layers.all where type.optionKeys.contains("activation") && type != Activation.self {
      #expect(type is any ActivatedLayer.Type, "\(type)")
    }
  }

  @Test("computes what Keras computes", arguments: LayerCase.names, InstructionSet.allCases.filter(\.isSupported))
  func values(name: String, instructionSet: InstructionSet) throws {
    let layerCase = try LayerCase(name)
    let (golden, isTraining) = (layerCase.golden, try layerCase.isTraining)
    let runner = try LayerRunner(layerCase.layer, inputs: layerCase.inputShapes, kernels: instructionSet.kernels)
    let result = try runner.run(
      layerCase.inputs, variables: layerCase.variableNames.map { try golden.values("variables.\($0)") },
      outputGradient: isTraining ? golden.values("output_gradient") : nil,
      pass: Pass(mode: isTraining ? .training : .inference))
    func compare(_ values: [Float], _ dataset: String) throws {
      expectEqual(values, try golden.values(dataset), tolerance: Self.tolerance, dataset)
    }
    try compare(result.output, "output")
    guard isTraining else { return }
    for (index, gradient) in result.inputGradients.enumerated() { try compare(gradient, "input_gradients.\(index)") }
    for (role, folder, values) in [
      (VariableSpecification.Role.trainable, "gradients", result.variableGradients),
      (.state, "after", result.nextState),
    ] {
      let variables = runner.plan.variables.filter { $0.role == role }
      #expect(values.count == variables.count)
      for (variable, values) in zip(variables, values) { try compare(values, "\(folder).\(variable.name)") }
    }
  }

  @Test("has Keras' shapes and variables", arguments: LayerCase.names)
  func shapes(name: String) throws {
    let layerCase = try LayerCase(name)
    let (layer, golden) = (layerCase.layer, layerCase.golden)
    #expect(try layer.outputShape(for: layerCase.inputShapes) == layerCase.outputShape)
    #expect(type(of: layer).inputCount.contains(layerCase.inputShapes.count))
    let variables = layer.variables(for: layerCase.inputShapes)
    #expect(try variables.map(\.name) == layerCase.variableNames)
    for variable in variables {
      #expect(try variable.shape == Shape(golden.dimensions("variables.\(variable.name)")))
    }
    for (role, key) in [(VariableSpecification.Role.trainable, "trainable_count"), (.state, "non_trainable_count")] {
      let count = variables.filter { $0.role == role }.reduce(0) { $0 + $1.shape.count }
      #expect(try count == golden.integerAttribute(key))
    }
  }

  @Test("round-trips through YAML", arguments: LayerCase.names)
  func yaml(name: String) throws {
    let layerCase = try LayerCase(name)
    // Options of weights are written only if they are not the defaults.
    let keys = type(of: layerCase.layer).optionKeys.filter { WeightOptions.Kind(key: $0) == nil }
    #expect(layerCase.layer.options.map(\.key) == keys)
    var model = Model()
    let sources = layerCase.inputShapes.indices.map {
      model.append(Activation(.linear), name: "a\($0)", inputs: [.input])
    }
    model.append(layerCase.layer, name: "it", inputs: sources)
    let document = ConfigurationNode(mapping: [ConfigurationEntry("model", model.configuration)])
    let list = try #require(YAMLDocument.parse(YAMLDocument.text(document))["model"])
    let read = try Model(configuration: list, path: "model")
    #expect(read.configuration == model.configuration)
    #expect(read.layerNames == model.layerNames)
    #expect(read.nodes.map(\.inputs) == model.nodes.map(\.inputs))
    let (one, other) = (read.nodes[sources.count].layer, layerCase.layer)
    #expect(type(of: one) == type(of: other) && "\(one)" == "\(other)")
  }

  @Test("keeps the memory order of values if declared so", arguments: LayerCase.names)
  func layout(name: String) throws {
    let layerCase = try LayerCase(name)
    let shape = layerCase.inputShapes[0]
    guard layerCase.layer.keepsLayout, shape.image != nil else { return }
    let layout = TensorLayout(shape, channelsFirstImage: shape)
    for mode in [Pass.Mode.training, .inference] {
      let site = LayerSite(
        inputs: [layout], layerIndex: 0, isTrainable: true, mode: mode, kernels: InstructionSet.bestSupported.kernels)
      let output = try layerCase.layer.operation(at: site)?.output ?? layerCase.layer.outputLayout(for: layout)
      #expect(output.channelsFirstImage == shape)
    }
  }

  // MARK: - Shards

  /// A layer with random values that any layer accepts, for a number of samples.
  private struct Drawn {
    let runner: LayerRunner
    let inputs: [[Float]]
    let variables: [[Float]]
    let outputGradient: [Float]

    init(_ layerCase: LayerCase, samples: Int, seed: Int, isTrainable: Bool = true) throws {
      runner = try LayerRunner(layerCase.layer, inputs: layerCase.inputShapes, isTrainable: isTrainable)
      var random = RandomStream(seed: 7, purpose: .initialWeights, sample: seed)
      func draw(_ count: Int) -> [Float] { (0..<count).map { _ in random.nextUniform(from: -1, to: 1) } }
      inputs = layerCase.inputShapes.map { draw(samples * $0.count) }
      variables = runner.plan.variables.map { variable in
        draw(variable.shape.count).map { variable.name == "moving_variance" ? abs($0) + 0.1 : $0 }
      }
      outputGradient = draw(samples * layerCase.outputShape.count)
    }

    func run(_ division: LayerRunner.Division) throws -> LayerRunner.Result {
      try runner.run(inputs, variables: variables, outputGradient: outputGradient, division: division)
    }

    /// The output in inference.
    func infer() throws -> [Float] { try runner.run(inputs, variables: variables, pass: .inference).output }
  }

  @Test("frozen, has no variable gradients, and the same input gradients", arguments: LayerCase.names)
  func frozen(name: String) throws {
    let layerCase = try LayerCase(name)
    let division = LayerRunner.Division(shards: 5, groupSize: 2)
    let trained = try Drawn(layerCase, samples: 7, seed: 3)
    let frozen = try Drawn(layerCase, samples: 7, seed: 3, isTrainable: false)
    #expect(frozen.runner.plan.trainableVariables.isEmpty)
    #expect(frozen.runner.plan.variables.allSatisfy { $0.role == .frozen })
    let result = try frozen.run(division)
    #expect(result.variableGradients.isEmpty && result.nextState.isEmpty)
    if layerCase.layer is BatchNormalization {
      // It computes the same as in inference.
      #expect(result.output == (try trained.infer()))
    } else {
      let expected = try trained.run(division)
      #expect(result.output == expected.output && result.inputGradients == expected.inputGradients)
    }
  }

  @Test("sums over shards: three agree with one up to rounding", arguments: LayerCase.names)
  func shards(name: String) throws {
    let layerCase = try LayerCase(name)
    let drawn = try Drawn(layerCase, samples: 5, seed: 1)
    let whole = try drawn.run(.init(shards: 1))
    let divided = try drawn.run(.init(shards: 3, groupSize: 4))
    // Only variable gradients are summed over samples outside the tree of samples.
    #expect(divided.output == whole.output)
    #expect(divided.inputGradients == whole.inputGradients)
    #expect(divided.nextState == whole.nextState)
    for (values, expected) in zip(divided.variableGradients, whole.variableGradients) {
      expectEqual(values, expected, tolerance: Self.tolerance, "gradient")
    }
  }

  @Test("has the same bits however shards are grouped", arguments: LayerCase.names)
  func groups(name: String) throws {
    let layerCase = try LayerCase(name)
    let drawn = try Drawn(layerCase, samples: 9, seed: 2)
    let alone = try drawn.run(.init(shards: 7, groupSize: 1))
    for size in [2, 4, 8] {
      let together = try drawn.run(.init(shards: 7, groupSize: size))
      #expect(together == alone, "groups of \(size)")
    }
    for slices in [1, 4, 9] {
      #expect(try drawn.run(.init(shards: 7, slices: slices)) == alone, "\(slices) slices")
    }
  }

  // MARK: - Finite differences

  @Test("has gradients that agree with finite differences, along random directions", arguments: LayerCase.smallNames)
  func finiteDifferences(name: String) throws {
    let layerCase = try LayerCase(name)
    // Where relu clips the output, a step may cross the kink.
    let activation = layerCase.layer.options.first { $0.key == "activation" }?.node
    if activation == "relu", !(layerCase.layer is Activation) { return }
    for isTrainable in [true, false] {
      try compare(
        layerCase, LayerRunner(layerCase.layer, inputs: layerCase.inputShapes, isTrainable: isTrainable))
    }
  }

  private func compare(_ layerCase: LayerCase, _ runner: LayerRunner) throws {
    let samples = 3
    var random = RandomStream(seed: 5, purpose: .initialWeights)
    func draw(_ count: Int) -> [Float] { (0..<count).map { _ in random.nextUniform(from: -1, to: 1) } }
    let inputs = layerCase.inputShapes.map { distinctValues(samples * $0.count, &random) }
    let parameters = runner.plan.variables.map { variable in
      // Variances must not be negative.
      draw(variable.shape.count).map { variable.name == "moving_variance" ? abs($0) + 0.1 : $0 }
    }
    // The scalar to differentiate: Σ output · weight.
    let weights = draw(samples * runner.plan.outputShape.count)
    let result = try runner.run(inputs, variables: parameters, outputGradient: weights)
    let trainable = runner.plan.variables.indices.filter { runner.plan.variables[$0].role == .trainable }
    for _ in 0..<5 {
      let inputDirections = inputs.map { draw($0.count) }
      var directions = parameters.map { [Float](repeating: 0, count: $0.count) }
      for index in trainable { directions[index] = draw(directions[index].count) }
      func moved(_ values: [[Float]], _ directions: [[Float]], _ step: Float) -> [[Float]] {
        zip(values, directions).map { zip($0, $1).map { $0 + step * $1 } }
      }
      func value(_ step: Float) throws -> Double {
        let output = try runner.run(
          moved(inputs, inputDirections, step), variables: moved(parameters, directions, step)
        ).output
        return dot(output, weights)
      }
      // The fourth-order central difference: curvature is negligible, rounding about 3e-4 of the derivative.
      let step: Float = 0x1p-9
      let (near, far) = (try value(step) - value(-step), try value(2 * step) - value(-2 * step))
      let measured = (8 * near - far) / Double(12 * step)
      let computed =
        zip(result.inputGradients, inputDirections).reduce(0) { $0 + dot($1.0, $1.1) }
        + zip(result.variableGradients, trainable.map { directions[$0] }).reduce(0) { $0 + dot($1.0, $1.1) }
      #expect(abs(measured - computed) < 3e-3 * max(1, abs(computed)))
    }
  }

  /// Values around 0 in random order, further apart than a step moves them: no maximum and no ReLU crosses its kink.
  /// They reach ±2 or more: if all are close, a normalization by their spread is too curved for a step.
  private func distinctValues(_ count: Int, _ random: inout RandomStream) -> [Float] {
    let distance = max(0.02, 4 / Float(count))
    var values = (0..<count).map { distance * (Float($0) - Float(count) / 2 + 0.25) }
    for index in values.indices.dropFirst() { values.swapAt(index, random.nextIndex(below: index + 1)) }
    return values
  }

  private func dot(_ left: [Float], _ right: [Float]) -> Double {
    zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
