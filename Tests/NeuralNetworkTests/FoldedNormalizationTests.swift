import Kernels
import Randomness
import Testing

@testable import NeuralNetwork

@Suite("Batch normalization folded into the previous layer")
struct FoldedNormalizationTests {
  struct Network: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: Shape
    let layers: [any Layer]
    /// The operations of the inference program.
    let operations: [String]
    var testDescription: String { name }
  }

  private static func conv(
    _ filters: Int, _ strides: Int = 1, _ padding: Padding = .valid, _ activation: ActivationFunction = .linear,
    useBias: Bool = true
  ) -> Conv2D {
    Conv2D(
      filters: filters, kernelSize: [3, 3], strides: [strides, strides], padding: padding, activation: activation,
      useBias: useBias)
  }

  static let networks = [
    Network(
      name: "convolution", shape: [9, 8, 3], layers: [conv(5), BatchNormalization()],
      operations: ["conv2d + batch_normalization"]),
    Network(
      name: "relu behind, strides and padding, no bias", shape: [9, 8, 3],
      layers: [conv(17, 2, .same, useBias: false), BatchNormalization(epsilon: 1e-5), ReLU()],
      operations: ["conv2d + batch_normalization + relu"]),
    Network(
      name: "tanh behind, no gamma", shape: [6, 6, 2],
      layers: [conv(4, 1, .same), BatchNormalization(scale: false), Activation(.tanh)],
      operations: ["conv2d + batch_normalization + activation"]),
    Network(
      name: "relu and pool behind, no beta", shape: [12, 10, 4],
      layers: [conv(6, useBias: false), BatchNormalization(center: false), Activation(.relu), MaxPooling2D()],
      operations: ["conv2d + batch_normalization + activation + max_pooling2d"]),
    Network(
      name: "pool behind", shape: [12, 10, 4], layers: [conv(33), BatchNormalization(), MaxPooling2D()],
      operations: ["conv2d + batch_normalization + max_pooling2d"]),
    Network(
      name: "dense behind a pool whose values lie by channels", shape: [12, 12, 1],
      layers: [
        conv(6, 1, .valid, .relu), MaxPooling2D(), Flatten(), Dense(units: 7, useBias: false), BatchNormalization(),
        Activation(.sigmoid), Dense(units: 5), BatchNormalization(center: false, scale: false), Activation(.softmax),
      ],
      operations: [
        "conv2d + max_pooling2d", "dense + batch_normalization + activation", "dense_1 + batch_normalization_1",
        "activation_1",
      ]),
    Network(
      name: "where nothing can be folded", shape: [9, 8, 3],
      layers: [
        conv(5, 1, .valid, .relu), BatchNormalization(), conv(4), Dropout(rate: 0.5), BatchNormalization(),
        BatchNormalization(), Flatten(), BatchNormalization(),
      ],
      operations: [
        "conv2d", "batch_normalization", "conv2d_1", "batch_normalization_1", "batch_normalization_2",
        "batch_normalization_3",
      ]),
  ]

  /// The moving variances: arbitrary, or nearly 0, where epsilon dominates.
  enum Spread: CaseIterable {
    case ordinary
    case tiny

    func variance(_ random: inout RandomStream) -> Float {
      switch self {
      case .ordinary: random.nextUniform(from: 0.2, to: 5)
      case .tiny: random.nextUniform() < 0.3 ? 0 : random.nextUniform() * 1e-12
      }
    }
  }

  /// One value is 0, and half of the others are negative.
  private static func gamma(_ count: Int, _ random: inout RandomStream) -> [Float] {
    [0] + (1..<count).map { _ in random.nextUniform(from: -2, to: 2) }
  }

  private static func values(_ variable: Variable, _ spread: Spread, _ random: inout RandomStream) -> [Float] {
    let count = variable.shape.count
    switch variable.name {
    case "gamma": return gamma(count, &random)
    case "moving_variance": return (0..<count).map { _ in spread.variance(&random) }
    default: return (0..<count).map { _ in random.nextUniform(from: -1, to: 1) }
    }
  }

  @Test("computes the same output within 1e-5", arguments: networks, Spread.allCases)
  func sameOutputs(network: Network, spread: Spread) throws {
    for instructionSet in InstructionSet.allCases where instructionSet.isSupported {
      var model = Model(network.layers)
      let folded = try output(model, network, spread, .inference, instructionSet.kernels)
      // Training of a frozen normalization computes the same as inference, and is not folded.
      model.setTrainable(false, layers: model.nodes.indices)
      let unfolded = try output(model, network, spread, .training, instructionSet.kernels)
      let frozen = try output(model, network, spread, .inference, instructionSet.kernels)
      #expect(frozen.values == folded.values)
      #expect(folded.operations == network.operations)
      let channels = try #require(unfolded.shape.dimensions.last)
      for channel in 0..<channels {
        let (own, other) = (folded.channel(channel), unfolded.channel(channel))
        let scale = other.map(abs).max() ?? 0
        let difference = zip(own, other).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference <= 1e-5 * scale, "channel \(channel): \(difference) of \(scale), \(instructionSet)")
      }
    }
  }

  private struct Output {
    let operations: [String]
    let shape: Shape
    let values: [Float]

    func channel(_ index: Int) -> [Float] {
      stride(from: index, to: values.count, by: shape.dimensions.last ?? 1).map { values[$0] }
    }
  }

  private func output(
    _ model: Model, _ network: Network, _ spread: Spread, _ mode: Pass.Mode, _ kernels: KernelSet
  ) throws -> Output {
    // Dropout is the identity in inference.
    var model = model
    if mode == .training {
      let layers = model.layers.map { $0 is Dropout ? Activation(.linear) : $0 }
      model = Model(layers)
      model.setTrainable(false, layers: model.nodes.indices)
    }
    let plan = try model.plan(inputShape: network.shape)
    let program = try plan.compile(mode: mode, kernels: kernels, leavesSoftmax: false)
    let (variables, state) = (FloatBuffer(count: plan.trainableCount), FloatBuffer(count: plan.stateCount))
    let samples = 4
    var random = RandomStream(seed: 11, purpose: .initialWeights)
    for (index, variable) in plan.variables.enumerated() {
      program.store(
        Self.values(variable, spread, &random), of: index,
        in: variable.role == .trainable ? variables.start : state.start)
    }
    let folded = FloatBuffer(count: program.foldedCount)
    for folding in program.foldings {
      folding.fold(variables: variables.start, state: state.start, into: folded.start)
    }
    let workspace = Workspace(for: program, capacity: samples, kernels: kernels)
    workspace.folded = UnsafePointer(folded.start)
    workspace.divide(into: 1) { _ in samples }
    for index in 0..<samples * network.shape.count { workspace.input[index] = random.nextUniform(from: -1, to: 1) }
    workspace.forward(variables: variables.start, state: state.start)
    return Output(
      operations: program.operations.map(program.layerNames(of:)), shape: plan.outputShape,
      values: (0..<samples * plan.outputShape.count).map { workspace.output[$0] })
  }

  @Test("is not folded into a layer with other readers")
  func severalReaders() throws {
    var model = Model()
    let stem = model.append(Self.conv(3, 1, .same))
    let normalized = model.append(BatchNormalization())
    model.append(Add(), inputs: [stem, normalized])
    let program = try model.plan(inputShape: [5, 5, 1]).compile(
      mode: .inference, kernels: InstructionSet.baseline.kernels)
    #expect(program.foldings.isEmpty && program.operations.count == 3)
  }

  @Test("is folded if the layers between belong to another branch")
  func otherBranch() throws {
    var model = Model()
    let left = model.append(Self.conv(3, 1, .same))
    let right = model.append(Self.conv(3, 1, .same), inputs: [.input])
    let first = model.append(BatchNormalization(), inputs: [left])
    let second = model.append(BatchNormalization(), inputs: [right])
    model.append(Add(), inputs: [first, second])
    let program = try model.plan(inputShape: [5, 5, 1]).compile(
      mode: .inference, kernels: InstructionSet.baseline.kernels)
    #expect(
      program.operations.map(program.layerNames(of:)) == [
        "conv2d + batch_normalization", "conv2d_1 + batch_normalization_1", "add",
      ])
  }
}
