import Datasets
import NeuralNetwork
import TestSupport
import Testing

@testable import Training

@Suite("Training with the initializer whitening")
struct WhiteningTrainingTests {
  private static func convolution(_ change: (inout Conv2D) -> Void = { _ in }) -> Conv2D {
    var layer = Conv2D(filters: 16, kernelSize: [2, 2])
    layer.kernel.initializer = Whitening(epsilon: 1e-6)
    change(&layer)
    return layer
  }

  private static func trainer(_ layers: [any Layer], frozen: Bool = false, workers: Int = 1) throws -> Trainer {
    var model = Model()
    for layer in layers { model.append(layer, isTrainable: !(frozen && layer is Conv2D)) }
    model.append(Flatten())
    model.append(Dense(units: ConformanceRun.classes, activation: .softmax))
    return try ConformanceRun.trainer(
      ConformanceRun.configuration(model), inputShape: [6, 5, 2], workers: workers)
  }

  /// The second moments of the convolution's outputs over all data are those of white noise.
  private static func expectWhite(_ trainer: Trainer, _ layers: [any Layer], _ data: Dataset) throws {
    let kernel = try #require(trainer.weights.first { $0.path == "conv2d/kernel" })
    var probe = Self.convolution { $0.useBias = false }
    probe.kernel = WeightOptions(Zeros())
    let viewer = try Trainer(
      TrainingConfiguration(
        model: Model(layers + [probe, Flatten()]), loss: MeanSquaredError(),
        scale: trainer.configuration.scale(for: data.input)),
      inputShape: data.shape, workerCount: 1)
    try viewer.setWeights([kernel])
    let outputs = try viewer.predict(data)
    let patches = outputs.values.count / 16
    for first in 0..<8 {
      for second in 0...first {
        let mean =
          (0..<patches).reduce(0.0) {
            $0 + Double(outputs.values[$1 * 16 + first]) * Double(outputs.values[$1 * 16 + second])
          } / Double(patches)
        #expect(abs(mean - (first == second ? 1 : 0)) < 1e-3, "\(first), \(second)")
      }
    }
  }

  @Test("whitens the patches of the training data, also after layers without weights", arguments: [false, true])
  func whitens(afterRescaling: Bool) throws {
    let layers: [any Layer] = afterRescaling ? [Rescaling(scale: 3, offset: -1), RandomFlip()] : []
    let data = try ConformanceRun.data([6, 5, 2], targets: .classes)
    let trainer = try Self.trainer(layers + [Self.convolution()])
    try trainer.initializeWeights(from: data)
    try Self.expectWhite(trainer, layers, data)
  }

  @Test("starts training from the same weights for any number of workers, and keeps frozen ones")
  func workers() throws {
    let data = try ConformanceRun.data([6, 5, 2], targets: .classes)
    let trainers = try [1, 3].map { try Self.trainer([Self.convolution()], frozen: true, workers: $0) }
    for trainer in trainers { try trainer.fit(data) }
    #expect(trainers[0].weights == trainers[1].weights)
    let fresh = try Self.trainer([Self.convolution()])
    try fresh.initializeWeights(from: data)
    let path = "conv2d/kernel"
    #expect(trainers[0].weights.first { $0.path == path } == fresh.weights.first { $0.path == path })
  }

  @Test("does not change weights that were set or restored")
  func restored() throws {
    let data = try ConformanceRun.data([6, 5, 2], targets: .classes)
    let trainer = try Self.trainer([Self.convolution()], frozen: true)
    let weights = trainer.weights.map {
      Snapshot.Variable(path: $0.path, shape: $0.shape, values: $0.values.map { $0 + 1 })
    }
    try trainer.setWeights(weights)
    try trainer.fit(data, maxSteps: 1)
    #expect(trainer.weights[0] == weights[0])
    let other = try Self.trainer([Self.convolution()], frozen: true)
    var snapshot = other.snapshot()
    snapshot.parameters[0] = weights[0]
    try other.restore(snapshot)
    try other.fit(data, maxSteps: 1)
    #expect(other.weights[0] == weights[0])
  }

  @Test("is refused where it cannot be computed")
  func refusals() throws {
    let data = try ConformanceRun.data([6, 5, 2], targets: .classes)
    func message(_ layers: [any Layer]) throws -> String? {
      let trainer = try Self.trainer(layers)
      do { try trainer.fit(data) } catch { return "\(error)" }
      return nil
    }
    #expect(
      try message([BatchNormalization(), Self.convolution()])
        == "model[1] (conv2d): the initializer whitening is for a first convolution: no layer with weights can be before "
        + "it.")
    #expect(
      try message([Self.convolution { ($0.groups, $0.filters) = (2, 8) }])
        == "model[0] (conv2d): the initializer whitening is for the kernel of a conv2d without groups.")
    #expect(
      try message([Self.convolution { ($0.kernelSize, $0.padding) = ([6, 6], .same) }])
        == "model[0] (conv2d): the initializer whitening is for a kernel that fits into its input; this one is larger.")
    var depthwise = DepthwiseConv2D(kernelSize: [2, 2])
    depthwise.kernel.initializer = Whitening()
    #expect(
      try message([depthwise])
        == "model[0] (depthwise_conv2d): the initializer whitening is for the kernel of a conv2d without groups.")
  }
}
