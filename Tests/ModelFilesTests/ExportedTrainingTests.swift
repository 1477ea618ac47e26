import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// What files of Keras have of the training.
@Suite("Exported training")
struct ExportedTrainingTests {
  /// A model after `iteration` steps; before any training if that is nil.
  private static func model(
    _ schedule: LearningRateSchedule?, _ optimizer: any Optimizer = SGD(learningRate: 0.25), iteration: Int? = 7,
    rate: Float = 0.125
  ) throws -> TrainedModel {
    var model = Model([Dense(units: 4)])
    model.append(BatchNormalization(), name: "norm")
    model.append(Dense(units: 3, activation: .softmax), name: "head")
    let plan = try model.plan(inputShape: [5])
    let weights = plan.variables.enumerated().map { index, variable in
      Snapshot.Variable(path: variable.path, shape: variable.shape, values: plan.initialValues(of: index, seed: 1))
    }
    var trained = TrainedModel(
      model: model, inputShape: [5], weights: weights, optimizer: optimizer, loss: CategoricalCrossentropy(),
      metrics: [],
      optimizerState: nil)
    let slots = optimizer.slotNames.map { _ in trained.constants(0, plan) }
    trained.optimizerState = iteration.map { .init(iteration: $0, learningRate: rate, slots: slots) }
    trained.learningRateSchedule = schedule
    return trained
  }

  private static let expressible: [(LearningRateSchedule, className: String)] = [
    (LearningRateSchedule(.exponential(decaySteps: 4, decayRate: 0.8)), "ExponentialDecay"),
    (LearningRateSchedule(.step(decaySteps: 4, decayRate: 0.5)), "ExponentialDecay"),
    (LearningRateSchedule(.inverseTime(decaySteps: 4, decayRate: 0.8, staircase: true)), "InverseTimeDecay"),
    (LearningRateSchedule(.polynomial(decaySteps: 9, power: 2, cycle: true)), "PolynomialDecay"),
    (LearningRateSchedule(.piecewiseConstant(boundaries: [5, 9], values: [1, 0.5, 0.25])), "PiecewiseConstantDecay"),
    (LearningRateSchedule(.cosine(decaySteps: 12, alpha: 0.1)), "CosineDecay"),
    (LearningRateSchedule(.cosineRestarts(firstDecaySteps: 5, rateFactor: 0.5)), "CosineDecayRestarts"),
  ]

  @Test(
    "has Keras' schedule, without remarks, and it is read again", arguments: expressible.indices,
    [ExportFormat.keras, .h5])
  func schedules(index: Int, format: ExportFormat) throws {
    let (schedule, className) = Self.expressible[index]
    for iteration in [7, nil] {
      let model = try Self.model(schedule, SGD(learningRate: 0.25, momentum: 0.5), iteration: iteration)
      #expect(model.exportRemarks(format) == (format == .h5 ? [TrainedModel.formatRemark] : []))
      let file = try KerasModelFile(model.exported(format, path: "x"), path: "x")
      let text = try #require(file.contents.training ?? file.contents.model)
      let written = #""class_name": "\#(className)""#
      #expect(text.contains(#""module": "keras.optimizers.schedules", \#(written)"#), "\(text)")
      let again = try file.model(for: .training).model
      let read = try #require(again.learningRateSchedule)
      #expect(
        (0..<40).allSatisfy { read.rate(again.optimizer.learningRate, step: $0) == schedule.rate(0.25, step: $0) })
      #expect(
        again.optimizerState?.iteration == iteration && again.optimizerState?.slots == model.optimizerState?.slots)
    }
  }

  @Test("has boundaries of steps as integers, and learning rates as numbers")
  func piecewise() throws {
    let object = LearningRateSchedule(.piecewiseConstant(boundaries: [5, 9], values: [1, 0.5, 0])).kerasObject(rate: 9)
    #expect(object?["config"]?.json == #"{"boundaries": [5, 9], "values": [1.0, 0.5, 0.0]}"#)
  }

  private static let remarks: [(LearningRateSchedule?, iteration: Int?, remark: String?)] = [
    (nil, 7, nil),
    (LearningRateSchedule(.constant), 7, nil),
    (LearningRateSchedule(.constant, warmupSteps: 7), 7, nil),
    (
      LearningRateSchedule(.constant, warmupSteps: 8), 7,
      "schedule with a warm-up like that of 8 steps before constant: the file has the constant rate 0.125, that of the last "
        + "step."
    ),
    (
      LearningRateSchedule(.oneCycle(totalSteps: 9)), 7,
      "schedule like one_cycle: the file has the constant rate 0.125, that of the last step."
    ),
    (
      LearningRateSchedule(.oneCycle(totalSteps: 9), warmupSteps: 3), nil,
      "schedule like one_cycle: the file has the constant rate 0.25."
    ),
    (
      LearningRateSchedule(.cosine(decaySteps: 9), warmupSteps: 3), 7,
      "schedule with a warm-up like that of 3 steps before cosine: the file has the constant rate 0.125, that of the last "
        + "step."
    ),
  ]

  @Test(
    "has a constant rate instead of a schedule that Keras does not have, and a remark", arguments: remarks.indices,
    [ExportFormat.keras, .h5, .weights, .onnx])
  func scheduleRemarks(index: Int, format: ExportFormat) throws {
    let (schedule, iteration, remark) = Self.remarks[index]
    let model = try Self.model(schedule, iteration: iteration)
    let whole = remark.map { "Keras has no learning rate \($0) To keep the schedule, resume the run in Martlet." }
    let isKeras = format == .keras || format == .h5
    #expect(
      model.exportRemarks(format) == (isKeras ? [whole].compactMap { $0 } : [])
        + (format == .h5 ? [TrainedModel.formatRemark] : []))
    guard isKeras else { return }
    let again = try KerasModelFile(model.exported(format, path: "x"), path: "x").model(for: .training).model
    #expect(again.learningRateSchedule == nil)
    let expected: Float = iteration == nil ? 0.25 : 0.125
    #expect((again.optimizerState?.learningRate ?? again.optimizer.learningRate) == expected)
  }

  @Test("has the learning rate that a callback has reduced", arguments: [ExportFormat.keras, .h5])
  func reducedRate(format: ExportFormat) throws {
    let model = try Self.model(nil, Adam(learningRate: 0.25), rate: 0.0625)
    let again = try KerasModelFile(model.exported(format, path: "x"), path: "x").model(for: .training).model
    #expect(again.optimizerState?.learningRate == 0.0625)
  }

  @Test(
    "remarks what is excluded from weight decay, as Keras can be told",
    arguments: [
      (["bias"], "call model.optimizer.exclude_from_weight_decay(var_names=['bias']) "),
      (["b*", "gamm?"], "call model.optimizer.exclude_from_weight_decay(var_names=['^b.*$', '^gamm.$']) "),
      // Keras would find it in every name that contains it.
      (["bia"], "call model.optimizer.exclude_from_weight_decay(var_names=['^bia$']) "),
      (
        ["gamma", "head/*"],
        "import fnmatch, and call model.optimizer.exclude_from_weight_decay(var_names=['gamma'], var_list=[v for v in "
          + "model.trainable_variables if any(fnmatch.fnmatchcase('/' + v.path, p) for p in ['*/head/*'])]) "
      ),
    ] as [([NamePattern], String)])
  func exclusions(patterns: [NamePattern], call: String) throws {
    let model = try Self.model(nil, AdamW(excludedFromWeightDecay: patterns))
    let remark = "Keras' files have no place for exclude_from_weight_decay: \(call)before training it further."
    #expect(model.exportRemarks(.keras) == [remark] && model.exportRemarks(.h5) == [remark, TrainedModel.formatRemark])
    #expect(model.exportRemarks(.weights).isEmpty)
  }

  @Test("remarks that Keras has no learning rate multipliers")
  func multipliers() throws {
    let options = UpdateOptions(learningRateMultipliers: [LearningRateMultiplier("head", 10)])
    let model = try Self.model(
      LearningRateSchedule(.oneCycle(totalSteps: 9)), SGD(learningRate: 0.25, updateOptions: options))
    let remarks = model.exportRemarks(.keras)
    #expect(
      remarks.first
        == "Keras has no learning_rate_multipliers: trained further there, all weights have the rate of the optimizer. To "
        + "keep them, resume the run in Martlet.")
    #expect(remarks.count == 2 && remarks[1].contains("one_cycle"))
    var uncompiled = model
    uncompiled.isCompiled = false
    #expect(uncompiled.exportRemarks(.keras).isEmpty)
  }
}
