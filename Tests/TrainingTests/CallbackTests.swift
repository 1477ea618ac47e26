import DurableFiles
import Foundation
import NeuralNetwork
import TestSupport
import Testing

@testable import Training

/// Replays values as the history of a metric.
private func play(_ callback: any ConfiguredCallback, _ values: [Double], metric: String = "val_loss") throws -> Trainer
{
  let trainer = try SmallRun.trainer(epochs: values.count)
  let plan = FitPlan(epochs: values.count, stepsPerEpoch: 5, maxSteps: nil)
  try callback.trainingWillBegin(trainer, plan)
  for value in values where trainer.stopReason == nil {
    trainer.state.history.append([metric: value])
    trainer.state.epoch += 1
    try callback.epochDidEnd(trainer, plan)
  }
  return trainer
}

@Suite("Callbacks")
struct CallbackTests {
  @Test("invalid numbers from a file can only stop the run")
  func absurdNumbers() throws {
    for absurd in [Double.nan, .infinity, -.infinity, 1e300] {
      for callback in [EarlyStopping(patience: 2), ReduceLROnPlateau(patience: 2)] as [any ConfiguredCallback] {
        let trainer = try SmallRun.trainer(epochs: 3)
        trainer[callback: type(of: callback).name].numbers = [
          "best": absurd, "wait": absurd, "cooldown": absurd, RunState.restoredEpoch: absurd,
        ]
        #expect(trainer.state.restoredEpoch == nil)
        trainer.state.history.append(["val_loss": 1])
        trainer.state.epoch += 1
        try callback.epochDidEnd(trainer, FitPlan(epochs: 3, stepsPerEpoch: 5, maxSteps: nil))
        #expect(trainer.state.learningRate.isFinite)
      }
    }
  }

  @Test("stop a run whose metric does not improve, and no earlier")
  func earlyStopping() throws {
    let values = [3.0, 2, 2.5, 1.9, 1.95, .nan, 1.85, 1.9, 1.9, 1.9, 1.0]
    func epochs(_ callback: EarlyStopping) throws -> Int { try play(callback, values).state.epoch }
    #expect(try epochs(EarlyStopping(patience: 0)) == 3)
    #expect(try epochs(EarlyStopping(patience: 1)) == 3)
    #expect(try epochs(EarlyStopping(patience: 2)) == 6)
    #expect(try epochs(EarlyStopping(patience: 3)) == 10)
    #expect(try epochs(EarlyStopping(patience: 4)) == 11)
    #expect(try epochs(EarlyStopping(minDelta: 0.2, patience: 5)) == 7)
    let stopped = try play(EarlyStopping(patience: 3), values)
    #expect(stopped.state.hasStoppedEarly)
    #expect(stopped.stopReason == .noImprovement(metric: "val_loss"))
    #expect(
      stopped[callback: "early_stopping"].numbers == ["best": 1.85, "wait": 3, "best_epoch": 7, "stopped_epoch": 10])
    // Metrics other than losses are better when larger.
    #expect(
      try play(EarlyStopping(monitor: "val_accuracy", patience: 1), [0.1, 0.2, 0.2], metric: "val_accuracy").state.epoch
        == 3)
  }

  @Test("restore the best weights of a run that they stop")
  func bestWeights() throws {
    let callback = EarlyStopping(patience: 1, restoreBestWeights: true)
    let trainer = try SmallRun.trainer(epochs: 3)
    let plan = FitPlan(epochs: 3, stepsPerEpoch: 5, maxSteps: nil)
    var weights: [[Snapshot.Variable]] = []
    for (epoch, value) in [2.0, 1, 3].enumerated() {
      try trainer.fit(SmallRun.data.train, epochs: epoch + 1)
      weights.append(trainer.snapshot().parameters)
      var state = trainer.state
      state.history = History(columns: ["val_loss": [value]])
      trainer.state = state
      try callback.epochDidEnd(trainer, plan)
    }
    #expect(trainer.state.hasStoppedEarly)
    #expect(trainer.snapshot().parameters == weights[1])
    #expect(trainer[callback: "early_stopping"].weights == weights[2])
    #expect(trainer.state.restoredEpoch == 2)
    #expect(weights[1] != weights[2])
  }

  /// As `keras.callbacks.EarlyStopping.on_train_end` in Keras 3.15.1.
  @Test("restore the best weights of a completed run; with more epochs it continues from its last ones")
  func bestWeightsOfWholeRun() throws {
    // Only the first epochs improve by that much.
    let callback = EarlyStopping(monitor: "loss", minDelta: 1.2, patience: 100, restoreBestWeights: true)
    func fit(_ trainer: Trainer, epochs: Int, maxSteps: Int? = nil) throws {
      try trainer.fit(
        SmallRun.data.train, validation: SmallRun.data.test, epochs: epochs, maxSteps: maxSteps, callbacks: [callback])
    }
    func weights(afterEpoch epoch: Int) throws -> [Snapshot.Variable] {
      let trainer = try SmallRun.trainer()
      try trainer.fit(SmallRun.data.train, epochs: epoch)
      return trainer.snapshot().parameters
    }
    let trainer = try SmallRun.trainer()
    try fit(trainer, epochs: 4, maxSteps: 17)
    #expect(trainer.state.restoredEpoch == nil)
    try fit(trainer, epochs: 4)
    let best = try #require(trainer.state.restoredEpoch)
    #expect(best < 4 && trainer.state.epoch == 4 && !trainer.state.hasStoppedEarly)
    #expect(try trainer.snapshot().parameters == weights(afterEpoch: best))
    #expect(try trainer[callback: "early_stopping"].weights == weights(afterEpoch: 4))
    // Training again for the same epochs changes nothing.
    let done = trainer.snapshot()
    try fit(trainer, epochs: 4)
    #expect(trainer.snapshot() == done)
    try fit(trainer, epochs: 6)
    let whole = try SmallRun.trainer()
    try fit(whole, epochs: 6)
    #expect(withoutTimes(trainer.snapshot()) == withoutTimes(whole.snapshot()))
    // A run whose last epoch is its best has nothing to restore.
    let short = try SmallRun.trainer()
    try fit(short, epochs: 1)
    #expect(short.state.restoredEpoch == nil)
    #expect(try short.snapshot().parameters == weights(afterEpoch: 1))
  }

  @Test("lower the learning rate on a plateau, with a cooldown, and not below the minimum")
  func plateau() throws {
    let callback = ReduceLROnPlateau(minDelta: 0, patience: 2, factor: 0.5, cooldown: 2, minLR: 0.0003)
    func rate(_ values: [Double]) throws -> Float { try play(callback, values).state.learningRate }
    #expect(try rate([1, 1]) == 0.001)
    #expect(try rate([1, 1, 1]) == 0.0005)
    // Two epochs of cooldown, of which the second counts again.
    #expect(try rate([1, 1, 1, 1, 1]) == 0.0005)
    #expect(try rate([1, 1, 1, 1, 1, 1]) == 0.0003)
    #expect(try rate([1, 1, 1, 0.5, 0.5, 0.4, 0.3]) == 0.0005)
    // A rate that starts below the minimum is not raised.
    let high = ReduceLROnPlateau(minDelta: 0, patience: 1, factor: 0.5, minLR: 0.1)
    #expect(try play(high, [1, 1, 1]).state.learningRate == 0.001)
  }

  @Test("monitor only metrics that are recorded")
  func unknownMetric() throws {
    #expect {
      try play(EarlyStopping(monitor: "val_loss"), [1], metric: "loss")
    } throws: {
      "\($0)" == "a callback monitors 'val_loss', which is not recorded. Available metrics: loss."
    }
  }

  @Test("write each epoch to a CSV file once, whatever its previous content")
  func csv() throws {
    let directory = try TemporaryDirectory()
    func train(_ trainer: Trainer, _ name: String, maxSteps: Int? = nil) throws {
      let callback = CSVLogger(filename: "\(directory.path)/\(name)")
      try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test, maxSteps: maxSteps, callbacks: [callback])
    }
    func withoutSeconds(_ name: String) throws -> [[Substring]] {
      try directory.text(name).split(separator: "\n").map { line in
        line.split(separator: ",").enumerated().filter { $0.offset != 4 }.map(\.element)
      }
    }
    try train(SmallRun.trainer(epochs: 4), "whole.csv")
    let first = try SmallRun.trainer(epochs: 4)
    try train(first, "cut.csv", maxSteps: 12)
    let snapshot = first.snapshot()
    // The run continues for an epoch, which is lost.
    try train(first, "cut.csv", maxSteps: 16)
    #expect(try directory.text("cut.csv").split(separator: "\n").count == 1 + 3)
    _ = try directory.write(try directory.text("cut.csv") + "4,0.5", to: "cut.csv")
    let second = try SmallRun.trainer(epochs: 4)
    try second.restore(snapshot)
    try train(second, "cut.csv")
    #expect(
      try directory.text("cut.csv").hasPrefix("epoch,accuracy,learning_rate,loss,seconds,val_accuracy,val_loss\n1,"))
    #expect(try withoutSeconds("cut.csv") == withoutSeconds("whole.csv"))
    #expect(try withoutSeconds("cut.csv").count == 1 + 4)
  }

  @Test("that cannot write do not stop the run: they warn once")
  func unwritableCSV() throws {
    let trainer = try SmallRun.trainer()
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    try trainer.fit(SmallRun.data.train, callbacks: [CSVLogger(filename: "/nowhere/epochs.csv")])
    #expect(trainer.state.epoch == 2)
    #expect(warnings == ["/nowhere/epochs.csv: cannot be created: No such file or directory. Training continues."])
  }

  @Test("write arrays into a CSV file as Keras does, and find them there again")
  func arraysInCSV() throws {
    let directory = try TemporaryDirectory()
    let trainer = try SmallRun.trainer(epochs: 3)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    let path = "\(directory.path)/epochs.csv"
    let plan = FitPlan(epochs: 3, stepsPerEpoch: 5, maxSteps: nil)
    func append(_ values: [Double], to callback: CSVLogger) {
      trainer.state.history.append(["f1_score": MetricValue(shape: [2], elements: values), "loss": MetricValue(0.5)])
      callback.epochDidEnd(trainer, plan)
    }
    let first = CSVLogger(filename: path)
    first.trainingWillBegin(trainer, plan)
    append([0.25, .nan], to: first)
    // As after an interruption.
    let second = CSVLogger(filename: path)
    second.trainingWillBegin(trainer, plan)
    append([1, 0.1], to: second)
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        == "epoch,f1_score,loss\n1,\"[0.25, nan]\",0.5\n2,\"[1.0, 0.1]\",0.5\n")
    #expect(warnings.isEmpty)
    trainer.replacesLogs = false
    trainer.state.history = History(
      columns: ["loss": [0.5]], arrays: ["f1_score": [MetricValue(shape: [2], elements: [0.5, 0.5])]])
    CSVLogger(filename: path).trainingWillBegin(trainer, plan)
    #expect(warnings.count == 1)
    #expect(
      warnings.first?.contains("epoch 1: f1_score[0] is 0.25 in the file, 0.5 in this run") == true)
  }

  @Test("write a CSV file again with columns that the first epoch did not have", arguments: [false, true])
  func laterColumns(resumed: Bool) throws {
    let directory = try TemporaryDirectory()
    let trainer = try SmallRun.trainer(epochs: 3)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    // As with --overwrite, which keeps the logs of other runs.
    trainer.setAside = resumed ? nil : SetAsideFiles()
    let path = "\(directory.path)/epochs.csv"
    let plan = FitPlan(epochs: 3, stepsPerEpoch: 5, maxSteps: nil)
    var callback = CSVLogger(filename: path)
    callback.trainingWillBegin(trainer, plan)
    for values in [["loss": 0.5], ["loss": 0.25, "val_loss": 1], ["loss": 0.125]] {
      trainer.state.history.append(values)
      callback.epochDidEnd(trainer, plan)
      guard resumed else { continue }
      callback = CSVLogger(filename: path)
      callback.trainingWillBegin(trainer, plan)
    }
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        == "epoch,loss,val_loss\n1,0.5,nan\n2,0.25,1.0\n3,0.125,nan\n")
    #expect(warnings.isEmpty && directory.names == ["epochs.csv"])
  }

  /// The content of a CSV file before a run, and the reason in the warning; nil if it is the run's own.
  static let csvFiles: [(lines: @Sendable (_ own: [String]) -> [String], warning: String?)] = [
    ({ $0 }, nil), ({ $0.map { "\($0)\r" } }, nil), ({ Array($0.dropLast()) }, nil), ({ _ in [] }, nil),
    // Seconds differ between attempts.
    ({ [$0[0], $0[1].replacing("0.5,", with: "7.25,")] }, nil), ({ $0 + ["3,1,1,1,1"] }, nil), ({ $0 + ["3,1"] }, nil),
    ({ $0.map { $0.replacing("1.25", with: "1.5") } }, "epoch 1: loss is 1.5 in the file, 1.25 in this run"),
    ({ _ in ["epoch,accuracy", "1,0.5"] }, "it has the columns accuracy"),
    ({ _ in ["name,value", "a,0.5"] }, "its first line does not begin with 'epoch'"),
  ]

  @Test("leave a CSV file of another run unchanged, and warn once", arguments: csvFiles.indices)
  func foreignCSV(index: Int) throws {
    let directory = try TemporaryDirectory()
    let trainer = try SmallRun.trainer(epochs: 2)
    trainer.replacesLogs = false
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    let own = ["epoch,learning_rate,loss,seconds,val_loss", "1,0.001,1.25,0.5,1.0", "2,0.001,1.0,0.5,nan"]
    let (lines, reason) = Self.csvFiles[index]
    let before = lines(own).map { "\($0)\n" }.joined()
    let path = try directory.write(before, to: "epochs-\(trainer.configuration.seed).csv")
    let callback = CSVLogger(filename: "\(directory.path)/epochs-{seed}.csv")
    let plan = FitPlan(epochs: 2, stepsPerEpoch: 5, maxSteps: nil)
    callback.trainingWillBegin(trainer, plan)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
    for values in [(1.25, 1.0), (1.0, -Double.nan)] {
      trainer.state.history.append([
        "loss": values.0, "val_loss": values.1, "seconds": 0.5, "learning_rate": Double(Float(0.001)),
      ])
      callback.epochDidEnd(trainer, plan)
    }
    let after = try String(contentsOfFile: path, encoding: .utf8)
    guard let reason else {
      #expect(after == own.map { "\($0)\n" }.joined())
      return #expect(warnings.isEmpty)
    }
    #expect(after == before)
    #expect(
      warnings == [
        "\(path): not the log of this run (\(reason)); left unchanged, and no epochs are logged. "
          + "Set another file (callbacks.csv_log.filename; {seed} is replaced with the seed), or remove that one."
      ])
  }

  @Test("replace a CSV file of another run with their first epoch, keep a copy, and replace nothing else")
  func replacedCSV() throws {
    let directory = try TemporaryDirectory()
    let plan = FitPlan(epochs: 2, stepsPerEpoch: 5, maxSteps: nil)
    let (log, other) = ("epoch,loss\n1,2.0\n2,1.0\n", "name,value\na,0.5\n")
    for (content, name) in [(log, "epochs.csv"), (other, "other.csv")] {
      let path = try directory.write(content, to: name)
      let trainer = try SmallRun.trainer(epochs: 2)
      let files = SetAsideFiles()
      trainer.setAside = files
      var warnings: [String] = []
      trainer.warning = { warnings.append($0) }
      let callback = CSVLogger(filename: path)
      callback.trainingWillBegin(trainer, plan)
      #expect(try directory.text(name) == content)
      trainer.state.history.append(["loss": 1.5])
      callback.epochDidEnd(trainer, plan)
      #expect(try directory.text(name) == (name == "epochs.csv" ? "epoch,loss\n1,1.5\n" : other))
      #expect(warnings.count == (name == "epochs.csv" ? 0 : 1))
      if name == "epochs.csv" { #expect(try directory.text("epochs.csv.previous") == log) }
      files.discard()
      #expect(!directory.names.contains { $0.hasSuffix(".previous") })
    }
  }

  @Test("do not mix two runs in one CSV file")
  func sharedCSV() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/epochs.csv"
    let plan = FitPlan(epochs: 2, stepsPerEpoch: 5, maxSteps: nil)
    var warnings: [String] = []
    let runs = try (0..<2).map { index in
      let trainer = try SmallRun.trainer(epochs: 2)
      trainer.replacesLogs = false
      trainer.warning = { warnings.append("\(index): \($0.prefix(path.count + 26))") }
      return (trainer, CSVLogger(filename: path))
    }
    for (trainer, callback) in runs { callback.trainingWillBegin(trainer, plan) }
    for epoch in 1...2 {
      for (index, (trainer, callback)) in runs.enumerated() {
        trainer.state.history.append(["loss": Double(epoch) + Double(index) / 2])
        callback.epochDidEnd(trainer, plan)
      }
    }
    #expect(try directory.text("epochs.csv") == "epoch,loss\n1,1.0\n2,2.0\n")
    #expect(warnings == ["1: \(path): not the log of this run "])
  }

  @Test("rewrite a removed CSV file with all epochs")
  func removedCSV() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/epochs.csv"
    let trainer = try SmallRun.trainer(epochs: 3)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    let callback = CSVLogger(filename: path)
    let plan = FitPlan(epochs: 3, stepsPerEpoch: 5, maxSteps: nil)
    callback.trainingWillBegin(trainer, plan)
    for epoch in 1...3 {
      trainer.state.history.append(["loss": Double(epoch)])
      callback.epochDidEnd(trainer, plan)
      if epoch == 2 { try FileManager.default.removeItem(atPath: path) }
    }
    #expect(try directory.text("epochs.csv") == "epoch,loss\n1,1.0\n2,2.0\n3,3.0\n")
    #expect(warnings.isEmpty)
  }

  /// The callbacks that affect learning rates and the end of a run, with options that make each of them act.
  static let deciding: [[any ConfiguredCallback]] = [
    [EarlyStopping(monitor: "loss", minDelta: 1.2, patience: 2, restoreBestWeights: true)],
    [ReduceLROnPlateau(monitor: "val_loss", minDelta: 10, patience: 1, factor: 0.5, cooldown: 1)],
  ]

  @Test("resume from an interruption at every step to the same bits", arguments: deciding.indices)
  func everyStep(index: Int) throws {
    let callbacks = Self.deciding[index]
    func fit(_ trainer: Trainer, maxSteps: Int?) throws {
      try trainer.fit(
        SmallRun.data.train, validation: SmallRun.data.test, maxSteps: maxSteps, callbacks: callbacks)
    }
    let whole = try SmallRun.trainer(epochs: 6)
    try fit(whole, maxSteps: nil)
    #expect(!whole.state.callbacks.isEmpty)
    var snapshot = try SmallRun.trainer(epochs: 6).snapshot()
    for step in 1...30 {
      let trainer = try SmallRun.trainer(workers: 1 + step % 3, epochs: 6)
      try trainer.restore(snapshot)
      try fit(trainer, maxSteps: step)
      snapshot = trainer.snapshot()
    }
    #expect(withoutTimes(snapshot) == withoutTimes(whole.snapshot()))
    if index == 0 { #expect(whole.state.hasStoppedEarly && whole.state.epoch < 6) }
    if index == 1 { #expect(whole.state.learningRate < 0.001) }
  }
}

@Suite("Learning-rate schedules")
struct LearningRateScheduleTests {
  /// Expected values: Keras 3.15.1, `CosineDecay` and `ExponentialDecay` with the same options.
  @Test("have the rates of their formulas")
  func formulas() {
    func rates(_ form: some ScheduleForm, warmup: Int = 0, _ steps: [Int]) -> [Float] {
      steps.map { LearningRateSchedule(form, warmupSteps: warmup).rate(0.5, step: $0) }
    }
    func isNear(_ found: [Float], _ expected: [Float]) -> Bool {
      zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) } && found.count == expected.count
    }
    #expect(rates(.constant, [0, 7]) == [0.5, 0.5])
    #expect(rates(.constant, warmup: 4, [0, 1, 3, 4, 9]) == [0.125, 0.25, 0.5, 0.5, 0.5])
    #expect(rates(.step(decaySteps: 10, decayRate: 0.5), [0, 9, 10, 19, 20]) == [0.5, 0.5, 0.25, 0.25, 0.125])
    #expect(isNear(rates(.exponential(decaySteps: 10, decayRate: 0.5), [0, 5, 10]), [0.5, 0.35355339, 0.25]))
    #expect(
      isNear(rates(.cosine(decaySteps: 8), [0, 2, 4, 6]), [0.5, 0.42677671, 0.25, 0.073223300]))
    #expect(rates(.cosine(decaySteps: 8), [8, 1000]) == [0, 0])
    #expect(isNear(rates(.cosine(decaySteps: 8, alpha: 0.1), warmup: 2, [0, 2, 6, 10]), [0.25, 0.5, 0.275, 0.05]))
  }

  @Test("change the rate in each step, also after an interruption at any step")
  func everyStep() throws {
    func trainer(_ schedule: LearningRateSchedule?) throws -> Trainer {
      var configuration = try SmallRun.trainer(epochs: 2).configuration
      configuration.learningRateSchedule = schedule
      return try Trainer(configuration, inputShape: [28, 28, 1], workerCount: 2)
    }
    let schedule = LearningRateSchedule(.cosine(decaySteps: 9, alpha: 0.01), warmupSteps: 3)
    let whole = try trainer(schedule)
    try whole.fit(SmallRun.data.train, validation: SmallRun.data.test)
    #expect(whole.state.learningRate == schedule.rate(0.001, step: 9))
    #expect(whole.state.history["learning_rate"] == [4, 9].map { Double(schedule.rate(0.001, step: $0)) })
    var snapshot = try trainer(schedule).snapshot()
    for step in 1...10 {
      let part = try trainer(schedule)
      try part.restore(snapshot)
      try part.fit(SmallRun.data.train, validation: SmallRun.data.test, maxSteps: step)
      snapshot = part.snapshot()
    }
    #expect(withoutTimes(snapshot) == withoutTimes(whole.snapshot()))
    let constant = try trainer(nil)
    try constant.fit(SmallRun.data.train, validation: SmallRun.data.test)
    #expect(constant.snapshot().parameters != whole.snapshot().parameters)
  }
}
