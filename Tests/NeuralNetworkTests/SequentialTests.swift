import Configuration
import KerasGolden
import Kernels
import Randomness
import Testing

@testable import NeuralNetwork
@testable import RunConfiguration

@Suite("Sequential")
struct SequentialTests {
  static let lesson = Sequential([
    Conv2D(filters: 10, kernelSize: [5, 5], activation: .relu), MaxPooling2D(), Flatten(),
    Dense(units: 100, activation: .relu), Dense(units: 10, activation: .softmax),
  ])

  @Test("names layers, shapes and parameters as Keras does")
  func lessonNetwork() throws {
    let plan = try Self.lesson.plan(inputShape: [28, 28, 1])
    #expect(plan.nodes.map(\.name) == ["conv2d", "max_pooling2d", "flatten", "dense", "dense_1"])
    #expect(plan.nodes.map(\.outputShape) == [[24, 24, 10], [12, 12, 10], [1440], [100], [10]])
    #expect(
      plan.variables.map(\.path) == [
        "conv2d/kernel", "conv2d/bias", "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias",
      ])
    #expect(ModelPlan.valueCount(plan.variables) == 145_370)
    #expect(try plan.compile(mode: .training, kernels: InstructionSet.baseline.kernels).isLogits)
    #expect(
      plan.summary(optimizer: Adam()).contains(
        "│ dense (Dense)                   │ (None, 100)            │       144,100 │"))
    #expect(plan.summary(optimizer: Adam()).contains(" Optimizer params: 290,742 (1.11 MB)"))
  }

  @Test("breaks long cells of the summary where Keras 3.15 breaks them")
  func longCells() {
    let lines = SummaryTable.lines(
      SummaryTable.chainColumns,
      [
        ["average_pooling2d (AveragePooling2D)", "(None, 2000, 1500, 3)", "0"],
        ["conv2d (Conv2D)", "(None, 2000, 1500, 1000)", "4,000"],
        ["dense_1 (Dense)", "(None, 1000000)", "100,001,000,000"],
      ])
    #expect(
      lines == [
        "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓",
        "┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃",
        "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩",
        "│ average_pooling2d               │ (None, 2000, 1500, 3)  │             0 │",
        "│ (AveragePooling2D)              │                        │               │",
        "├─────────────────────────────────┼────────────────────────┼───────────────┤",
        "│ conv2d (Conv2D)                 │ (None, 2000, 1500,     │         4,000 │",
        "│                                 │ 1000)                  │               │",
        "├─────────────────────────────────┼────────────────────────┼───────────────┤",
        "│ dense_1 (Dense)                 │ (None, 1000000)        │ 100,001,000,… │",
        "└─────────────────────────────────┴────────────────────────┴───────────────┘",
      ])
  }

  @Test("reports the layer, the shape that it rejects and what it needs")
  func shapeErrors() {
    let cases: [([any Layer], String)] = [
      ([Dense(units: 3)], "model[0] (dense): got (6, 5, 1), needs a single axis; add a flatten layer before it."),
      (
        [Flatten(), Conv2D(filters: 1, kernelSize: [2, 2])],
        "model[1] (conv2d): got (30,), needs an image (height, width, channels)."
      ),
      (
        [Conv2D(filters: 1, kernelSize: [7, 2])],
        "model[0] (conv2d): got (6, 5, 1), needs an image of at least 7x2 pixels; use a smaller window or padding: same."
      ),
      ([], "model: it has no layers. Add at least one."),
    ]
    for (layers, wording) in cases {
      #expect {
        try Sequential(layers).plan(inputShape: [6, 5, 1])
      } throws: {
        "\($0)" == wording
      }
    }
  }

  @Test("refuses sizes beyond the limits of the kernels")
  func limits() {
    let cases: [([any Layer], Shape, String)] = [
      (
        [Flatten(), Dense(units: 3)], [1 << 20, 1 << 20, 3],
        "model: a sample of the shape (1048576, 1048576, 3) has more than 268435456 values."
      ),
      (
        [Flatten(), Dense(units: 1_000_000), Dense(units: 1_000_000)], [6, 5, 1],
        "model[2] (dense_1): its kernel would have the shape (1000000, 1000000); at most 1073741824 values are possible."
      ),
      (
        [Conv2D(filters: 100, kernelSize: [4000, 4000], padding: .same), MaxPooling2D()], [2001, 2001, 1],
        "model[0] (conv2d): got (2001, 2001, 1), needs at most 268435456 outputs per sample, not (2001, 2001, 100)."
      ),
      (
        [MaxPooling2D(poolSize: [4097, 4096], padding: .same), Flatten(), Dense(units: 3)], [4097, 4097, 1],
        "model[0] (max_pooling2d): got (4097, 4097, 1), needs a window of at most 16777216 pixels."
      ),
    ]
    for (layers, shape, wording) in cases {
      #expect {
        try Sequential(layers).plan(inputShape: shape)
      } throws: {
        "\($0)" == wording
      }
    }
  }

  private func program(_ layers: [any Layer], _ shape: Shape, _ kernels: KernelSet = InstructionSet.baseline.kernels)
    throws -> Program
  {
    try Sequential(layers).plan(inputShape: shape).compile(mode: .training, kernels: kernels)
  }

  private func names(_ program: Program) -> [String] { program.operations.map(program.layerNames(of:)) }

  @Test("computes layer by layer where sizes exceed the limits of a fused kernel")
  func fusedLimits() throws {
    func names(_ convolution: Conv2D, _ shape: Shape) throws -> [String] {
      self.names(try program([convolution, MaxPooling2D(), Flatten(), Dense(units: 2)], shape))
    }
    let fused = ["conv2d + max_pooling2d", "dense"]
    let separate = ["conv2d", "max_pooling2d", "dense"]
    #expect(try names(Conv2D(filters: 65_535, kernelSize: [1, 1]), [2, 2, 3]) == fused)
    #expect(try names(Conv2D(filters: 65_536, kernelSize: [1, 1]), [2, 2, 3]) == separate)
    // The one-channel convolution would pack this image into 2^32 floats; the general one reads it in place.
    let wide = Conv2D(filters: 1, kernelSize: [1, 1 << 16], activation: .relu)
    #expect(try names(wide, [2, 1 << 17, 1]) == fused)
    let pooled = try program([wide, MaxPooling2D(), Flatten(), Dense(units: 2)], [2, 1 << 17, 1])
    #expect(pooled.operations[0].operation is PooledConvolution)
  }

  @Test("fuses a convolution with its pool, whichever order-keeping layers follow")
  func fusedWithLayersBetween() throws {
    let convolution = Conv2D(filters: 3, kernelSize: [3, 3], activation: .relu)
    let linear = Conv2D(filters: 3, kernelSize: [3, 3])
    let models: [[any Layer]] = [
      [convolution, MaxPooling2D(), Flatten(), Dense(units: 2)],
      [convolution, MaxPooling2D(), Activation(.relu), Flatten(), Dense(units: 2)],
      [linear, Activation(.relu), MaxPooling2D(), Flatten(), Activation(.linear), Dense(units: 2)],
      [linear, ReLU(), MaxPooling2D(), Dropout(rate: 0.5), Flatten(), Dropout(rate: 0.1), Dense(units: 2)],
      [convolution, MaxPooling2D(), Rescaling(scale: 2), GaussianNoise(stddev: 0.5), Flatten(), Dense(units: 2)],
    ]
    for layers in models {
      #expect(try program(layers, [8, 8, 1]).operations[0].operation is OneChannelPooledConvolution)
    }
    let sigmoid = try program([linear, Activation(.sigmoid), MaxPooling2D(), Flatten(), Dense(units: 2)], [8, 8, 1])
    #expect(names(sigmoid) == ["conv2d", "activation", "max_pooling2d", "dense"])
  }

  @Test("allocates nothing for the sizes of its layers when it is built")
  func largeTables() throws {
    // A table per layer would need 33 GB.
    let layer = Conv2D(filters: 1, kernelSize: [8191, 8191], padding: .same)
    let plan = try Sequential(Array(repeating: layer, count: 100)).plan(inputShape: [4096, 4096, 1])
    #expect(ModelPlan.valueCount(plan.variables) == 100 * (8191 * 8191 + 1))
    let program = try plan.compile(mode: .training, kernels: InstructionSet.baseline.kernels)
    #expect(Workspace.count(for: program, capacity: 1, shards: 1) > 100 * (4096 * 4096 + 8191 * 8191))
  }

  @Test("round-trips through YAML")
  func configurationRoundTrip() throws {
    let model = Sequential([
      Conv2D(filters: 3, kernelSize: [3, 2], strides: [2, 1], padding: .same, activation: .tanh, useBias: false),
      AveragePooling2D(poolSize: [2, 3], strides: [1, 2], padding: .same), Activation(.relu), Flatten(),
      Dense(units: 4, activation: .softmax),
    ])
    #expect(try Sequential(configuration: model.configuration, path: "model").configuration == model.configuration)
  }

  @Test("rejects unknown names, and suggests the nearest known one")
  func unknownWords() {
    let cases = [
      ("- dens: {units: 3}", "line 1: model[0]: unknown layer 'dens'. Did you mean 'dense'? Known names: "),
      ("- dense: {unit: 3}", "line 1: model[0].dense: unknown key 'unit'. Did you mean 'units'? Known keys: "),
      (
        "- flatten\n- dense: {units: 3, activation: rely}",
        "line 2: model[1].dense.activation: unknown activation 'rely'. Did you mean 'relu'?"
      ),
      ("- dense: {units: -3}", "line 1: model[0].dense.units: expected an integer from 1 to 1000000. Received: -3"),
      ("- dense", "line 1: model[0].dense: the key 'units' is missing."),
      ("- conv2d: {filters: 1, kernel_size: [3]}", "line 1: model[0].conv2d.kernel_size: expected two integers"),
      ("- [1, 2]", "line 1: model[0]: expected a layer, such as 'flatten' or 'dense: {units: 10}' ("),
    ]
    for (yaml, wording) in cases {
      #expect {
        try Sequential(configuration: YAMLDocument.parse(yaml), path: "model")
      } throws: {
        "\($0)".hasPrefix(wording)
      }
    }
  }

  @Test(
    "computes the same with the fused convolution as layer by layer",
    arguments: InstructionSet.allCases.filter(\.isSupported))
  func fusedMatchesLayers(instructionSet: InstructionSet) throws {
    for (height, width, kernel, filters) in [
      (28, 28, 5, 10), (9, 12, 3, 3), (10, 7, 4, 1), (6, 6, 6, 7), (31, 40, 7, 4),
    ] {
      let convolution = Conv2D(filters: filters, kernelSize: [kernel, kernel], activation: .relu)
      // The mask of dropout and the noise depend on the position in the model: it is the same in both.
      let rest: [any Layer] = [
        Dropout(rate: 0.3), Rescaling(scale: 0.5, offset: 0.1), GaussianNoise(stddev: 0.4), Flatten(), Dense(units: 4),
      ]
      let fused = Sequential([convolution, MaxPooling2D(), Activation(.linear)] + rest)
      // Means of one pixel between them compute the identity, but prevent fusion.
      let separate = Sequential([convolution, AveragePooling2D(poolSize: [1, 1]), MaxPooling2D()] + rest)
      let shape: Shape = [height, width, 1]
      guard (height - kernel + 1) / 2 > 0 else { continue }
      let left = try gradients(fused, shape, instructionSet)
      let right = try gradients(separate, shape, instructionSet)
      expectEqual(left.output, right.output, tolerance: 1e-5, "output")
      for (index, gradient) in left.gradients.enumerated() {
        expectEqual(gradient, right.gradients[index], tolerance: 1e-5, "gradient \(index) of \(shape)")
      }
    }
  }

  private func gradients(_ model: Sequential, _ shape: Shape, _ instructionSet: InstructionSet) throws -> (
    output: [Float], gradients: [[Float]]
  ) {
    let plan = try model.plan(inputShape: shape)
    let program = try plan.compile(mode: .training, kernels: instructionSet.kernels)
    let samples = 3
    let workspace = Workspace(for: program, capacity: samples, kernels: instructionSet.kernels)
    workspace.divide(into: 1) { _ in samples }
    let (variables, gradients) = (FloatBuffer(count: plan.trainableCount), FloatBuffer(count: plan.trainableCount))
    let state = FloatBuffer(count: plan.stateCount)
    program.initializeVariables(variables, state: state, seed: 3)
    var random = RandomStream(seed: 4, purpose: .dropout)
    for index in 0..<samples * shape.count { workspace.input[index] = random.nextUniform() }
    workspace.forward(variables: variables.start, state: state.start)
    let outputs = samples * plan.outputShape.count
    for index in 0..<outputs { workspace.outputGradient[index] = random.nextUniform(from: -1, to: 1) }
    let output = (0..<outputs).map { workspace.output[$0] }
    workspace.backward(variables: variables.start, state: state.start, gradients: gradients.start)
    return (output, plan.variables.indices.map { program.values(of: $0, in: gradients.start) })
  }
}

@Suite("Parameters")
struct ParameterTests {
  @Test("are stored transposed and read back in Keras' order")
  func layout() {
    let layout = ParameterLayout(factors: [2, 3, 4], order: [2, 0, 1])
    let values = (0..<24).map(Float.init)
    var stored = [Float](repeating: 0, count: 24)
    layout.store(values, to: &stored)
    // Keras' [a][b][c] at 12a + 4b + c is stored at [c][a][b].
    for a in 0..<2 {
      for b in 0..<3 { for c in 0..<4 { #expect(stored[c * 6 + a * 3 + b] == Float(12 * a + 4 * b + c)) } }
    }
    var loaded = [Float](repeating: 0, count: 24)
    layout.load(stored, to: &loaded)
    #expect(loaded == values)
  }

  @Test("are initialized within Keras' limits of GlorotUniform", arguments: Golden.cases("initializers"))
  func glorotUniform(name: String) throws {
    let golden = try Golden("initializers/\(name)")
    let shape = Shape(try golden.integers("shape").map(Int.init))
    var random = RandomStream(seed: 1, purpose: .initialWeights)
    var values = [Float](repeating: 0, count: shape.count)
    values.withUnsafeMutableBufferPointer { GlorotUniform().fill($0, shape: shape, random: &random) }
    let limit = GlorotUniform.limit(for: shape)
    #expect(values.allSatisfy { abs($0) <= limit })
    // The maximum of at least 10,000 draws is within a thousandth of the limit.
    #expect(abs(Double(limit) / (try golden.number("limit")) - 1) < 1e-3)
  }

  @Test("do not depend on the memory layout of the kernels")
  func initialWeights() throws {
    let kernels = InstructionSet.baseline.kernels
    let convolution = Conv2D(filters: 2, kernelSize: [3, 3], activation: .relu)
    func values(_ layers: [any Layer]) throws -> [[Float]] {
      let plan = try Sequential(layers).plan(inputShape: [8, 8, 1])
      let program = try plan.compile(mode: .inference, kernels: kernels)
      let (variables, state) = (FloatBuffer(count: plan.trainableCount), FloatBuffer(count: plan.stateCount))
      program.initializeVariables(variables, state: state, seed: 9)
      return plan.variables.indices.map { program.values(of: $0, in: variables.start) }
    }
    let fused = try values([convolution, MaxPooling2D(), Flatten(), Dense(units: 3)])
    let pixel = AveragePooling2D(poolSize: [1, 1])
    #expect(try values([convolution, pixel, MaxPooling2D(), Flatten(), Dense(units: 3)]) == fused)
    #expect(fused[0].contains { $0 != 0 })
  }
}
