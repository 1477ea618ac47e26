import Datasets
import NeuralNetwork
import Testing

@testable import Training

@Suite("Training with frozen layers")
struct FrozenTrainingTests {
  @Test("has the same bits for any number of workers and after every interruption, and leaves them unchanged")
  func sameBits() throws {
    var model = Model([
      Conv2D(filters: 5, kernelSize: [3, 3], padding: .same), BatchNormalization(), ReLU(),
      Conv2D(filters: 6, kernelSize: [3, 3], padding: .same), BatchNormalization(), Activation(.tanh),
      Conv2D(filters: 7, kernelSize: [3, 3], padding: .same, activation: .relu), MaxPooling2D(),
      BatchNormalization(), Flatten(), Dropout(rate: 0.25),
    ])
    ConformanceRun.appendHead(to: &model)
    model.setTrainable(false, layers: [0, 1, 6, 8, 10])
    let optimizer = AdamW(learningRate: 0.01, weightDecay: 0.01, clipping: .globalNorm(0.5))
    let differences = try ConformanceRun.differences(
      ConformanceRun.configuration(model, optimizer: optimizer), inputShape: [6, 5, 2])
    #expect(differences.isEmpty)
  }

  private static func head(frozen: Bool, _ optimizer: any Optimizer = Adam()) throws -> Trainer {
    var model = Model([Dense(units: 8, activation: .tanh), Dense(units: ConformanceRun.classes, activation: .softmax)])
    if frozen { model.setTrainable(false, layers: [0, 1]) }
    return try Trainer(ConformanceRun.configuration(model, optimizer: optimizer), inputShape: [11], workerCount: 1)
  }

  @Test("is refused if all layers are frozen; evaluation and prediction are not")
  func allFrozen() throws {
    let data = try ConformanceRun.data([11], targets: .classes)
    let (frozen, free) = (try Self.head(frozen: true), try Self.head(frozen: false))
    #expect(try frozen.predict(data) == free.predict(data))
    #expect(try frozen.evaluate(data) == free.evaluate(data))
    let error = try #require(throws: ModelError.self) { try frozen.fit(data) }
    #expect("\(error)".hasPrefix("model: all layers with weights are frozen"), "\(error)")
    #expect(frozen.snapshot().slots == [[], []])
  }

  @Test("excludes frozen variables: no slots, no decay, no part of the norm")
  func optimizerState() throws {
    // With the last layer frozen as a separate function, training the first one alone agrees with SGD computed by hand.
    var model = Model([Dense(units: 8, activation: .tanh), Dense(units: ConformanceRun.classes, activation: .softmax)])
    model.setTrainable(false, layers: [1])
    let data = try ConformanceRun.data([11], targets: .classes)
    func trainer(_ clipping: UpdateOptions.Clipping?) throws -> Trainer {
      let optimizer = SGD(
        learningRate: 0.1, momentum: 0.9, updateOptions: UpdateOptions(weightDecay: 0.5, clipping: clipping))
      let trainer = try Trainer(
        ConformanceRun.configuration(model, optimizer: optimizer), inputShape: [11], workerCount: 2)
      try trainer.fit(data, maxSteps: 1)
      return trainer
    }
    let snapshot = try trainer(nil).snapshot()
    #expect(snapshot.slots.map { $0.map(\.path) } == [["dense/kernel", "dense/bias"]])
    #expect(snapshot.parameters[2...].allSatisfy { $0.values.contains { $0 != 0 } || $0.path.hasSuffix("bias") })
    // The velocity is the learning rate times the clipped gradient: its norm is that of all trainable gradients.
    let clipped = try trainer(.globalNorm(1e-3)).snapshot().slots[0].flatMap(\.values)
    let norm = clipped.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(norm - 1e-4) < 1e-8)
  }

  @Test("restores the weights of the best epoch, including frozen ones")
  func bestWeights() throws {
    let trainer = try SmallRun.trainer(.frozen, epochs: 3)
    let plan = FitPlan(epochs: 3, stepsPerEpoch: 5, maxSteps: nil)
    let callback = EarlyStopping(patience: 1, restoreBestWeights: true)
    let before = trainer.weights
    var weights: [[Snapshot.Variable]] = []
    for (epoch, value) in [2.0, 1, 3].enumerated() {
      try trainer.fit(SmallRun.data.train, epochs: epoch + 1)
      weights.append(trainer.weights)
      trainer.state.history = History(columns: ["val_loss": [value]])
      try callback.epochDidEnd(trainer, plan)
    }
    #expect(trainer.state.hasStoppedEarly && trainer.weights == weights[1] && weights[1] != weights[2])
    for (index, variable) in trainer.plan.variables.enumerated() {
      #expect((trainer.weights[index] == before[index]) == (variable.role == .frozen), "\(variable.path)")
    }
  }

  @Test("evaluates with folded normalizations: the same bits for every number of workers and shards")
  func folded() throws {
    let network = SmallNetwork.residual
    func trainer(_ workers: Int, _ shards: Int) throws -> Trainer {
      let configuration = TrainingConfiguration(
        model: network.model, optimizer: network.optimizer, epochs: 1, batchSize: 40, shards: shards, seed: 3)
      return try Trainer(configuration, inputShape: network.data.train.shape, workerCount: workers)
    }
    let first = try trainer(1, 8)
    #expect(!first.programs.inference.foldings.isEmpty && first.program.foldings.isEmpty)
    try first.fit(network.data.train)
    let (evaluation, prediction) = (
      try first.evaluate(network.data.validation), try first.predict(network.data.validation)
    )
    for (workers, shards) in [(2, 8), (3, 8), (8, 8), (1, 1), (2, 3), (3, 40)] {
      let other = try trainer(workers, shards)
      // Folded weights must not be stale.
      _ = try other.predict(network.data.validation)
      try other.setWeights(first.weights)
      #expect(try other.evaluate(network.data.validation) == evaluation, "\(workers) workers, \(shards) shards")
      #expect(try other.predict(network.data.validation) == prediction)
    }
  }
}
