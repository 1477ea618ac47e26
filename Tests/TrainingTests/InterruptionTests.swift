import Datasets
import NeuralNetwork
import Testing

@testable import Training

@Suite("Training that is interrupted")
struct InterruptionTests {
  /// Makes a request after some steps.
  private final class Asking: Callback {
    let step: Int
    let ask: (Trainer) -> Void

    init(step: Int, _ ask: @escaping (Trainer) -> Void) {
      self.step = step
      self.ask = ask
    }

    func nextPause(after step: Int) -> Int? { step < self.step ? self.step : nil }

    func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) {
      if trainer.state.step == step { ask(trainer) }
    }
  }

  @Test("by a request ends after the step, and reports the reason", arguments: [1, 3, 5, 8])
  func ends(step: Int) throws {
    let trainer = try SmallRun.trainer()
    let callback = Asking(step: step) { $0.requests.requestStop(signal: 15) }
    try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test, callbacks: [callback])
    #expect(trainer.state.step == step)
    #expect(trainer.stopReason == .signal(15))
    // After the last step of an epoch comes its validation.
    #expect(trainer.state.history["val_loss"].count == step / 5)
  }

  @Test("before its first step makes no step")
  func beforeTheStart() throws {
    let trainer = try SmallRun.trainer()
    trainer.requests.requestStop(signal: 2)
    try trainer.fit(SmallRun.data.train)
    #expect(trainer.state.step == 0)
  }

  @Test("by another thread ends within its burst of steps")
  func fromAnotherThread() throws {
    let trainer = try SmallRun.trainer(epochs: 100_000)
    let requests = trainer.requests
    let task = BackgroundTask<Void>()
    task.start { requests.requestStop(signal: 10) }
    try trainer.fit(SmallRun.data.train)
    #expect(trainer.stopReason == .signal(10))
    _ = task.finish()
  }
}

@Suite("A batch whose loss is not finite")
struct NonfiniteTests {
  /// 60 black images and a white one, and weights that overflow on any that is not black.
  private func trainer(
    _ policy: NonfinitePolicy, white: Int = 47, optimizer: any Optimizer = Adam()
  ) throws -> (Trainer, Dataset) {
    let shape: Shape = [2, 2, 1]
    var images = [UInt8](repeating: 0, count: 60 * 4)
    for pixel in 0..<4 { images[white * 4 + pixel] = 255 }
    let data = try Dataset(name: "bad", shape: shape, images: images, labels: (0..<60).map { $0 % 3 })
    let configuration = TrainingConfiguration(
      model: Sequential([Flatten(), Dense(units: 3, activation: .softmax)]), optimizer: optimizer, epochs: 2,
      batchSize: 10, shards: 3,
      onNonfinite: policy)
    let trainer = try Trainer(configuration, inputShape: [2, 2, 1], workerCount: 2)
    var weights = trainer.snapshot().parameters
    weights[0] = Snapshot.Variable(
      path: weights[0].path, shape: weights[0].shape, values: (0..<12).map { $0 % 3 == 0 ? 3e38 : -3e38 })
    try trainer.setWeights(weights)
    return (trainer, data)
  }

  @Test("stops the run at that step, and names its samples")
  func stops() throws {
    let (trainer, data) = try trainer(.stop)
    var order = SampleOrder(count: 60)
    order.update(seed: 1, epoch: 0, shuffle: true)
    let position = try #require(order.indices.firstIndex(of: 47))
    let batch = position / 10
    let samples = order.indices[batch * 10..<batch * 10 + 10].map { Int($0) }
    let error = #expect(throws: TrainingError.self) { try trainer.fit(data) }
    guard case .nonfiniteLoss(let found)? = error else { return }
    #expect((found.step, found.epoch) == (batch + 1, 1))
    #expect(found.samples == samples)
    #expect(!found.loss.isFinite)
    let list = samples.map(String.init).joined(separator: ", ")
    // The sign of a NaN is irrelevant.
    #expect("\(found)" == "step \(batch + 1), epoch 1: the loss of the batch is nan. Its samples are \(list).")
    // The step was not made.
    #expect(trainer.state.step == batch)
    #expect(trainer.snapshot().parameters.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
  }

  @Test("can be skipped before the first step: moving averages start at the weights")
  func skipsFirst() throws {
    var order = SampleOrder(count: 60)
    order.update(seed: 1, epoch: 0, shuffle: true)
    let averaging = SGD(updateOptions: UpdateOptions(movingAverage: UpdateOptions.MovingAverage(momentum: 0.9)))
    let (trainer, data) = try trainer(.skip, white: Int(order.indices[3]), optimizer: averaging)
    try trainer.fit(data, maxSteps: 1)
    let snapshot = trainer.snapshot()
    #expect(snapshot.state.step == 1)
    #expect(snapshot.slots[0].map(\.values) == snapshot.parameters.map(\.values))
  }

  @Test("can be skipped: it changes no weight and no mean, with any workers and after any interruption")
  func skips() throws {
    let (whole, data) = try trainer(.skip)
    var warnings: [String] = []
    whole.warning = { warnings.append($0) }
    try whole.fit(data)
    #expect(whole.state.step == 12)
    #expect(warnings.count == 2)
    #expect(warnings.allSatisfy { $0.hasSuffix(" It was skipped.") })
    #expect(whole.state.history["loss"].allSatisfy { $0.isFinite })
    var snapshot = try trainer(.skip).0.snapshot()
    for step in 1...12 {
      let (part, _) = try trainer(.skip)
      try part.restore(snapshot)
      try part.fit(data, maxSteps: step)
      snapshot = part.snapshot()
    }
    #expect(withoutTimes(snapshot) == withoutTimes(whole.snapshot()))
  }

  @Test("changes no weight, no slot and no moving statistic", arguments: [1, 2, 3])
  func noTrace(workers: Int) throws {
    // An image of the third batch overflows in later layers; batch normalization makes the whole batch NaN.
    var images = (0..<60 * 4).map { UInt8($0 * 7 % 30) }
    for pixel in 0..<4 { images[25 * 4 + pixel] = 255 }
    let data = try Dataset(name: "bad", shape: [2, 2, 1], inputs: images, labels: (0..<60).map { $0 % 3 })
    let model = Model([
      // 255 / 204 · 3.3e38 overflows Float.
      Rescaling(scale: 3.3e38), Rescaling(scale: 1e-37), Flatten(), Dense(units: 4),
      BatchNormalization(), ReLU(), Dropout(rate: 0.2), Dense(units: 5), BatchNormalization(momentum: 0.8),
      Dense(units: 3, activation: .softmax),
    ])
    let configuration = TrainingConfiguration(
      model: model, optimizer: SGD(momentum: 0.9, updateOptions: UpdateOptions(clipping: .globalNorm(1))), epochs: 1,
      batchSize: 10, shards: 3, shuffle: false, scale: 204, onNonfinite: .skip)
    let trainer = try Trainer(configuration, inputShape: [2, 2, 1], workerCount: workers)
    var snapshots = [trainer.snapshot()]
    for step in 1...6 {
      try trainer.fit(data, maxSteps: step)
      snapshots.append(trainer.snapshot())
    }
    for step in 1...6 {
      let (before, after) = (snapshots[step - 1], snapshots[step])
      #expect((before.parameters == after.parameters) == (step == 3), "step \(step)")
      #expect((before.slots == after.slots) == (step == 3), "step \(step)")
      #expect(after.parameters.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
      let moved = zip(before.parameters, after.parameters).filter { $0 != $1 }.map(\.0.path)
      #expect(moved.filter { $0.contains("moving") }.count == (step == 3 ? 0 : 4))
    }
  }

  @Test("ends a run if all batches of an epoch are such")
  func nothingLeft() throws {
    let (trainer, _) = try trainer(.skip)
    let white = try Dataset(
      name: "white", shape: [2, 2, 1],
      images: [UInt8](repeating: 255, count: 60 * 4), labels: (0..<60).map { $0 % 3 })
    #expect(throws: TrainingError.allBatchesNonfinite(epoch: 1)) { try trainer.fit(white) }
  }
}
