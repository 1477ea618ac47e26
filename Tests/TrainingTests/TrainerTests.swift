import Datasets
import Kernels
import NeuralNetwork
import Testing

@testable import Training

@Suite("Training")
struct TrainerTests {
  @Test("ends with the same bits for any number of workers", arguments: SmallNetwork.all, SmallRun.instructionSets)
  func workersDoNotMatter(network: SmallNetwork, instructionSet: InstructionSet) throws {
    let alone = try SmallRun.trained(network, workers: 1, instructionSet: instructionSet)
    // Whole shards do not suit 5 workers, nor more workers than shards: they use the wide plan. With 3 workers the plans
    // take the same time but for the memory that the wide one needs.
    // One network has many more threads than a small machine has cores.
    for workers in [2, 3, 5, 8, 16] + (network.name == SmallNetwork.residual.name ? [64] : []) {
      let together = try SmallRun.trained(network, workers: workers, instructionSet: instructionSet)
      #expect(together.memory.division.isWide == [5, 16, 64].contains(workers))
      #expect(differences(together, alone).isEmpty)
      #expect(try together.evaluate(network.data.test) == alone.evaluate(network.data.test))
      #expect(try together.predict(network.data.test) == alone.predict(network.data.test))
    }
  }

  @Test("changes every variable of a network", arguments: SmallNetwork.all)
  func trains(network: SmallNetwork) throws {
    // The basis of the tests of equal bits: every variable has changed unless it is frozen, and every value is finite.
    let trained = try SmallRun.trained(network, workers: 2)
    let (before, after) = (try SmallRun.trainer(network).snapshot(), trained.snapshot())
    for (index, (old, new)) in zip(before.parameters, after.parameters).enumerated() {
      #expect((old.values == new.values) == (trained.plan.variables[index].role == .frozen), "\(new.path)")
      #expect(new.values.allSatisfy { $0.isFinite }, "\(new.path)")
    }
  }

  @Test("has almost the same results with every instruction set", arguments: SmallRun.instructionSets)
  func instructionSets(instructionSet: InstructionSet) throws {
    let baseline = try SmallRun.trained(workers: 1, instructionSet: .baseline).state.history["loss"]
    let other = try SmallRun.trained(workers: 1, instructionSet: instructionSet).state.history["loss"]
    #expect(zip(baseline, other).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("learns, and reports metrics")
  func learns() throws {
    let trainer = try SmallRun.trainer(epochs: 8)
    let before = try trainer.evaluate(SmallRun.data.test)
    try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test)
    let after = try trainer.evaluate(SmallRun.data.test)
    #expect(before.accuracy < 0.3)
    #expect(after.accuracy > 0.6)
    #expect(after.loss < before.loss)
    #expect(after.samples == 70)
    #expect(trainer.state.history["val_accuracy"].last == after.accuracy)
    #expect(trainer.state.history.count == 8)
    #expect(trainer.state.step == 8 * 5)
  }

  @Test("depends on the seed and on the shards")
  func whatDecides() throws {
    let one = try SmallRun.trained(workers: 2).snapshot()
    #expect(try SmallRun.trained(workers: 2).snapshot().parameters == one.parameters)
    #expect(try SmallRun.trained(workers: 2, shards: 5).snapshot().parameters != one.parameters)
  }

  @Test("has the mean loss over the whole batch, whatever the shards")
  func meanOverBatch() throws {
    // With one step, another sharding changes rounding only; a mean over shards would change much more.
    func step(shards: Int) throws -> [Snapshot.Variable] {
      let trainer = try SmallRun.trainer(shards: shards)
      try trainer.fit(SmallRun.data.train, maxSteps: 1)
      return trainer.snapshot().slots[0]
    }
    for (left, right) in zip(try step(shards: 1), try step(shards: 7)) {
      let largest = left.values.map(abs).max() ?? 0
      #expect(largest > 0)
      #expect(zip(left.values, right.values).allSatisfy { abs($0 - $1) < 1e-5 * max(largest, 0.01) })
    }
  }

  @Test("predicts probabilities that sum to 1, and the class of the largest")
  func predictions() throws {
    let prediction = try SmallRun.trained(workers: 2).predict(SmallRun.data.test)
    #expect((prediction.samples, prediction.classes) == (70, 10))
    for sample in 0..<prediction.samples {
      let row = Array(prediction.row(sample))
      #expect(abs(row.reduce(0, +) - 1) < 1e-5)
      #expect(row[prediction.classIndices[sample]] == row.max())
    }
  }
}

@Suite("Outputs that are not probabilities")
struct OutputTests {
  /// A trainer of a model with a last layer, and its warnings in two epochs.
  private func trained(_ last: ActivationFunction, _ loss: any Loss) throws -> (trainer: Trainer, warnings: [String]) {
    let model = Sequential([Flatten(), Dense(units: 10, activation: last)])
    let trainer = try Trainer(
      TrainingConfiguration(model: model, loss: loss, epochs: 2, batchSize: 50, shards: 2), inputShape: [28, 28, 1],
      workerCount: 1)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test)
    return (trainer, warnings)
  }

  @Test("cause one warning, unless the loss expects logits")
  func warning() throws {
    let warnings = try trained(.linear, SparseCategoricalCrossentropy()).warnings
    #expect(
      warnings == [
        "the last layer is not a softmax, but sparse_categorical_crossentropy expects probabilities. "
          + "End the model with a softmax, or declare its outputs as logits (compile.loss: "
          + "{name: sparse_categorical_crossentropy, from_logits: true})."
      ])
    #expect(try trained(.linear, CategoricalCrossentropy(fromLogits: true)).warnings.isEmpty)
    #expect(try trained(.softmax, CategoricalCrossentropy()).warnings.isEmpty)
  }

  @Test("of a softmax cause none either after layers that keep them")
  func keptProbabilities() throws {
    var average = Model([Flatten()])
    let flat = Model.Source.node(0)
    let (left, right) = (
      average.append(Dense(units: 10, activation: .softmax), inputs: [flat]),
      average.append(Dense(units: 10, activation: .softmax), inputs: [flat])
    )
    average.append(Average(), inputs: [left, right])
    let models: [Model] = [
      average, Model([Flatten(), Dense(units: 10, activation: .softmax), ActivityRegularization(l2: 0.01)]),
      Model([Flatten(), Dense(units: 10), Softmax(), Reshape(targetShape: [10])]),
    ]
    for model in models {
      let trainer = try Trainer(
        TrainingConfiguration(model: model, epochs: 1, batchSize: 50), inputShape: [28, 28, 1], workerCount: 1)
      trainer.warning = { Issue.record("\($0)") }
      try trainer.fit(SmallRun.data.train, maxSteps: 1)
      #expect(trainer.state.step == 1)
    }
  }

  @Test("have the correct kind")
  func kinds() throws {
    let data = SmallRun.data.test
    let softmax = try trained(.softmax, CategoricalCrossentropy()).trainer.predict(data)
    let logits = try trained(.linear, CategoricalCrossentropy(fromLogits: true)).trainer.predict(data)
    #expect(softmax.kind == .probabilities && softmax.probabilities == softmax.values)
    #expect(logits.kind == .logits)
    #expect(try trained(.sigmoid, CategoricalCrossentropy()).trainer.predict(data).kind == .outputs)
    // The same model, expressed in two ways.
    #expect(logits.probabilities == softmax.values)
    #expect(logits.classIndices == softmax.classIndices)
  }

  @Test("that are logits have the loss and the accuracy of the same model with a softmax")
  func evaluation() throws {
    let softmax = try trained(.softmax, CategoricalCrossentropy()).trainer
    let logits = try trained(.linear, SparseCategoricalCrossentropy(fromLogits: true)).trainer
    #expect(logits.snapshot().parameters == softmax.snapshot().parameters)
    #expect(try logits.evaluate(SmallRun.data.test) == softmax.evaluate(SmallRun.data.test))
  }
}

@Suite("An interrupted run")
struct ResumeTests {
  /// Epoch end, middle, first step, last step, and within the second epoch.
  static let cuts = [5, 3, 1, 10, 9, 6]

  @Test("resumes to the same bits, history and metrics", arguments: SmallNetwork.all, SmallRun.instructionSets)
  func sameBits(network: SmallNetwork, instructionSet: InstructionSet) throws {
    let (training, validation) = (network.data.train, network.data.test)
    let whole = try SmallRun.trained(network, workers: 2, instructionSet: instructionSet)
    for cut in Self.cuts {
      let first = try SmallRun.trainer(network, workers: 2, instructionSet: instructionSet)
      try first.fit(training, validation: validation, maxSteps: cut)
      #expect(first.state.step == cut)
      let second = try SmallRun.trainer(network, workers: 3, instructionSet: instructionSet)
      try second.restore(first.snapshot())
      try second.fit(training, validation: validation)
      #expect(differences(second, whole).isEmpty, "cut after step \(cut)")
    }
  }

  @Test("can be interrupted at every step")
  func everyStep() throws {
    let whole = try SmallRun.trained(workers: 1)
    var snapshot = try SmallRun.trainer(workers: 1).snapshot()
    for step in 1...10 {
      let trainer = try SmallRun.trainer(workers: 1 + step % 3)
      try trainer.restore(snapshot)
      try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test, maxSteps: step)
      snapshot = trainer.snapshot()
    }
    #expect(withoutTimes(snapshot) == withoutTimes(whole.snapshot()))
  }

  @Test("rejects the variables of another model")
  func incompatibleSnapshot() throws {
    let other = try SmallRun.trainer(.general)
    let trainer = try SmallRun.trainer()
    let before = trainer.snapshot()
    #expect {
      try trainer.restore(other.snapshot())
    } throws: {
      "\($0)" == "the saved state does not match this model: 4 variables, the model has 6."
    }
    #expect(trainer.snapshot() == before)
  }

  @Test("rejects inconsistent counts")
  func foreignCounts() throws {
    let trainer = try SmallRun.trainer()
    var snapshot = trainer.snapshot()
    for epoch in [1, Int.max] {
      snapshot.state.epoch = epoch
      #expect(throws: TrainingError.self) { try trainer.restore(snapshot, of: SmallRun.data.train) }
    }
  }
}

@Suite("Data that does not fit")
struct DataFitTests {
  @Test("is refused before the first step, with both values")
  func refusals() throws {
    let shape: Shape = [28, 28, 1]
    let small = try Dataset(
      name: "small", shape: [2, 2, 1], images: [1, 2, 3, 4], labels: [0])
    let labels = try Dataset(
      name: "labels", shape: shape, images: [UInt8](repeating: 0, count: 60 * shape.count),
      labels: (0..<60).map { $0 == 7 ? 10 : 1 })
    let few = try Dataset(
      name: "few", shape: shape, images: [UInt8](repeating: 0, count: 3 * shape.count), labels: [1, 2, 3])
    let cases = [
      (small, "the images of 'small' have shape (2, 2, 1), the model needs (28, 28, 1)."),
      (
        labels,
        "sample 7 of 'labels' has the label 10, but the model has 10 outputs (labels 0 to 9). "
          + "Change the units of the last layer, or the labels."
      ),
      (few, "a batch of 50 samples is larger than 'few', which has 3. Use a smaller batch size."),
    ]
    for (dataset, wording) in cases {
      let trainer = try SmallRun.trainer()
      #expect { try trainer.fit(dataset) } throws: { "\($0)" == wording }
      #expect(trainer.state.step == 0)
    }
  }

  @Test("a model without a class axis cannot be trained")
  func noClasses() throws {
    let trainer = try SmallRun.trainer(
      SmallNetwork("no classes", Sequential([Conv2D(filters: 2, kernelSize: [1, 1])])))
    #expect {
      try trainer.fit(SmallRun.data.train)
    } throws: {
      "\($0)".hasPrefix("the model's output has the shape (28, 28, 2), but needs one axis: a value per class")
    }
  }
}

@Suite("Shards and workers")
struct ShardingTests {
  @Test("shards cover a batch without gaps, and none is empty")
  func ranges() {
    for (samples, shards) in [(200, 8), (30, 8), (3, 8), (1, 1), (7, 7), (101, 4)] {
      let sharding = BatchSharding(sampleCount: samples, shards: shards)
      let ranges = (0..<sharding.shardCount).map(sharding.range)
      #expect(ranges.flatMap(Array.init) == Array(0..<samples))
      #expect(ranges.allSatisfy { !$0.isEmpty && $0.count <= sharding.largestShard })
    }
  }

  @Test("every task runs once, one at a time per worker", arguments: [1, 2, 3, 8])
  func tasks(workers: Int) throws {
    let rows = SampleSums(capacity: 100, width: 1)
    try WorkerTeam(count: workers).perform(tasks: 100) { worker, task in
      rows.rows(from: task, width: 1)[0] += Double(task + 1)
    }
    #expect((0..<100).map { rows.rows(from: $0, width: 1)[0] } == (1...100).map(Double.init))
  }

  @Test("there may be more tasks than a phase can have", arguments: [1, 3])
  func manyTasks(workers: Int) throws {
    let count = 3 * WorkerTeam.maximumTasks + 5
    let rows = SampleSums(capacity: count, width: 1)
    try WorkerTeam(count: workers).perform(tasks: count) { _, task in
      rows.rows(from: task, width: 1)[0] += Double(task + 1)
    }
    let wrong = (0..<count).filter { rows.rows(from: $0, width: 1)[0] != Double($0 + 1) }
    #expect(wrong.isEmpty)
  }

  @Test(
    "variables are updated in blocks of one variable each, within a phase's maximum number of tasks",
    arguments: [1, 4, 500, 4000])
  func blocks(units: Int) throws {
    let plan = try Sequential([Dense(units: units), Dense(units: 3), Dense(units: 500)]).plan(inputShape: [1500])
    for blockSize in [16, 2048] {
      let blocks = UpdateBlocks(plan, blockSize: blockSize)
      #expect((1...WorkerTeam.maximumTasks).contains(blocks.tasks.count))
      #expect(blocks.tasks.flatMap(Array.init) == Array(blocks.blocks.indices))
      for (index, variable) in plan.trainableVariables.enumerated() {
        let own = blocks.blocks.filter { $0.variable == index }.map(\.range)
        #expect(own.flatMap(Array.init) == Array(variable.offset..<variable.offset + variable.shape.count))
        #expect(own.allSatisfy { $0.lowerBound % 16 == 0 })
      }
    }
    #expect(UpdateBlocks(plan, blockSize: 2048).blocks.allSatisfy { $0.range.count <= 2048 })
  }

  @Test("a model of a million million weights is updated within a phase's maximum number of tasks")
  func manyBlocks() throws {
    let layers = Array(repeating: Dense(units: 30_000), count: 900)
    let blocks = UpdateBlocks(try Sequential(layers).plan(inputShape: [30_000]))
    #expect((1...WorkerTeam.maximumTasks).contains(blocks.tasks.count))
    #expect(blocks.blocks.reduce(0) { $0 + $1.range.count } == 900 * (30_000 * 30_000 + 30_000))
  }

  @Test("a run whose size overflows is reported as too large")
  func tooLarge() throws {
    let layers: [any Layer] = [Flatten()] + Array(repeating: Dense(units: 30_000), count: 997) + [Dense(units: 10)]
    for batchSize in [8, 12_000, 1_000_000] {
      #expect {
        try Trainer(
          TrainingConfiguration(model: Sequential(layers), batchSize: batchSize, shards: 1), inputShape: [28, 28, 1],
          workerCount: 1)
      } throws: {
        guard case TrainingError.tooLarge = $0 else { return false }
        return "\($0)".hasPrefix("the model needs ")
      }
      let configuration = TrainingConfiguration(model: Sequential(layers), batchSize: batchSize, shards: 8)
      let plan = try configuration.model.plan(inputShape: [28, 28, 1])
      let programs = try Programs(plan, kernels: InstructionSet.baseline.kernels, loss: configuration.loss)
      let needs = MemoryEstimate(
        configuration, programs: programs, division: .compact(ShardGroups(size: 1)), workerCount: 1 << 40)
      #expect(needs.bytes == .max)
      #expect(throws: TrainingError.tooLarge(bytes: .max, available: 5)) { try needs.check(available: 5) }
    }
  }

  @Test("threads that the system refuses are reported before waiting for them")
  func threads() {
    #expect(AvailableThreads.count(upTo: 8) == 8)
    #expect(
      TrainingError.tooFewThreads(workers: 4, available: 2).description
        == "4 workers need 4 threads, but the system allows only 2. Raise the limit (ulimit -u, TasksMax of "
        + "systemd), or use fewer workers.")
  }

  @Test("a seed that no checkpoint can store is a programming error, detected at once")
  func seedLimit() async {
    await #expect(processExitsWith: .failure) {
      _ = TrainingConfiguration(model: Sequential([Flatten()]), seed: .max)
    }
    await #expect(processExitsWith: .failure) {
      var configuration = TrainingConfiguration(model: Sequential([Flatten()]))
      configuration.seed = .max
    }
  }
}
