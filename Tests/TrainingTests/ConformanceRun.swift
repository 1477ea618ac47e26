import Datasets
import KerasGolden
import NeuralNetwork

@testable import Training

/// Small training runs of catalog entries.
enum ConformanceRun {
  /// Batches of 9: the last one of an epoch has a single sample.
  static let (samples, batchSize, classes) = (46, 9, 10)
  static let epochs = 2
  static var stepsPerEpoch: Int { (samples + batchSize - 1) / batchSize }

  /// Noise of a shape with independent targets: classes, or numbers from 0 to 1.
  static func data(_ shape: Shape, targets: TargetKind) throws -> Dataset {
    let inputs = (0..<samples * shape.count).map { UInt8((UInt32(truncatingIfNeeded: $0) &* 2_654_435_761) >> 24) }
    let labels = (0..<samples).map { $0 * 7 % 11 % classes }
    switch targets {
    case .classes: return try Dataset(name: "noise", shape: shape, inputs: inputs, labels: labels)
    case .values:
      let numbers = labels.flatMap { label in (0..<classes).map { Float((label + 3 * $0) % 8) / 7 } }
      return try Dataset(name: "noise", shape: shape, inputs: inputs, targets: numbers, targetShape: [classes])
    }
  }

  /// A step of training of a dense layer.
  static func fit(_ optimizer: some Optimizer) throws {
    let configuration = TrainingConfiguration(
      model: Model([Dense(units: classes)]), optimizer: optimizer, batchSize: batchSize, shards: 1)
    try Trainer(configuration, inputShape: [3], workerCount: 1).fit(data([3], targets: .classes), maxSteps: 1)
  }

  /// A model with a layer in the middle: it reads layers with weights, and others read it.
  static func model(around layerCase: LayerCase) -> Model {
    var model = Model()
    let sources = layerCase.inputShapes.map { shape in
      let stem: any Layer =
        shape.image.map { Conv2D(filters: $0.channels, kernelSize: [1, 1], activation: .tanh) }
        ?? Dense(units: shape.count, activation: .tanh)
      return model.append(stem, inputs: [.input])
    }
    model.append(layerCase.layer, inputs: sources)
    if layerCase.outputShape.dimensions.count > 1 { model.append(Flatten()) }
    appendHead(to: &model)
    return model
  }

  /// With enough weights that one worker computes several shards at a time, and several workers do not.
  static func appendHead(to model: inout Model) {
    model.append(Dense(units: 128, activation: .tanh))
    model.append(Dense(units: classes, activation: .softmax))
  }

  static func configuration(
    _ model: Model, optimizer: any Optimizer = Adam(), loss: any Loss = CategoricalCrossentropy()
  ) -> TrainingConfiguration {
    TrainingConfiguration(
      model: model, optimizer: optimizer, loss: loss, epochs: epochs, batchSize: batchSize, shards: 4, seed: 5)
  }

  static func trainer(_ configuration: TrainingConfiguration, inputShape: Shape, workers: Int) throws -> Trainer {
    try Trainer(configuration, inputShape: inputShape, workerCount: workers)
  }

  /// The differences between training on one worker, and on several or with an interruption at every step.
  static func differences(_ configuration: TrainingConfiguration, inputShape: Shape) throws -> [String] {
    let data = try data(inputShape, targets: type(of: configuration.loss).targets)
    let alone = try trainer(configuration, inputShape: inputShape, workers: 1)
    let before = alone.snapshot()
    try alone.fit(data, validation: data)
    var found = unusable(before, alone.snapshot(), alone.plan)
    if alone.memory.division == .compact(ShardGroups(size: 1)) {
      found.append("one worker computes shards one by one")
    }
    for workers in [2, 3, 8] {
      let together = try trainer(configuration, inputShape: inputShape, workers: workers)
      try together.fit(data, validation: data)
      found += TrainingTests.differences(together, alone).map { "\($0) with \(workers) workers" }
      if try together.predict(data) != alone.predict(data) { found.append("predictions with \(workers) workers") }
    }
    var snapshot = before
    for step in 1...stepsPerEpoch * epochs {
      let part = try trainer(configuration, inputShape: inputShape, workers: 1 + step % 3)
      try part.restore(snapshot, of: data)
      try part.fit(data, validation: data, maxSteps: step)
      snapshot = part.snapshot()
    }
    let resumed = try trainer(configuration, inputShape: inputShape, workers: 1)
    try resumed.restore(snapshot)
    return found + TrainingTests.differences(resumed, alone).map { "\($0) with interruptions" }
  }

  /// The variables that training did not change, or that are not finite after it: equal bits would prove nothing.
  private static func unusable(_ before: Snapshot, _ after: Snapshot, _ plan: ModelPlan) -> [String] {
    plan.variables.indices.compactMap { index in
      let (old, new) = (before.parameters[index], after.parameters[index])
      guard new.values.allSatisfy(\.isFinite) else { return "\(new.path) is not finite" }
      guard plan.variables[index].role != .frozen else {
        return new.values == old.values ? nil : "\(new.path) is frozen and has moved"
      }
      return new.values == old.values ? "\(new.path) has not moved" : nil
    }
  }
}
