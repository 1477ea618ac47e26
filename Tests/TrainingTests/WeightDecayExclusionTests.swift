import Configuration
import NeuralNetwork
import Testing

@testable import Training

@Suite("What is excluded from weight decay")
struct WeightDecayExclusionTests {
  private static func excluded(_ patterns: [NamePattern]) throws -> [String] {
    var model = Model([Conv2D(filters: 2, kernelSize: [3, 3]), BatchNormalization(), Flatten()])
    model.append(Dense(units: 3), name: "head")
    let options = UpdateOptions(weightDecay: 0.1, excludedFromWeightDecay: patterns)
    let variables = try model.plan(inputShape: [5, 5, 1]).trainableVariables
    return variables.filter { !options.decays($0) }.map(\.path)
  }

  @Test(
    "is named by variable, or by layer and variable, with patterns",
    arguments: [
      (["bias"], ["conv2d/bias", "head/bias"]), (["head/bias"], ["head/bias"]), (["bia"], []), (["head"], []),
      (["gamma", "beta"], ["batch_normalization/gamma", "batch_normalization/beta"]),
      (["b*"], ["conv2d/bias", "batch_normalization/beta", "head/bias"]),
      (["head/*"], ["head/kernel", "head/bias"]), (["*/kerne?"], ["conv2d/kernel", "head/kernel"]),
      (
        ["*"],
        [
          "conv2d/kernel", "conv2d/bias", "batch_normalization/gamma", "batch_normalization/beta", "head/kernel",
          "head/bias",
        ]
      ),
    ] as [([NamePattern], [String])])
  func patterns(patterns: [NamePattern], paths: [String]) throws {
    #expect(try Self.excluded(patterns) == paths)
  }

  @Test(
    "is refused if it is no variable, when training begins",
    arguments: [
      ("gamma", "no name of a variable matches 'gamma'. There are kernel, bias."),
      ("bais", "no name of a variable matches 'bais'. Did you mean 'bias'? There are kernel, bias."),
      ("dense/bis", "no variable matches 'dense/bis'. Did you mean 'dense/bias'? There are dense/kernel, dense/bias."),
      (
        "dens*",
        "no name of a variable matches 'dens*'. For all variables of a layer, write 'dens*/*'. There are kernel, bias."
      ),
      ("", "no name of a variable matches ''. There are kernel, bias."),
    ])
  func unmatched(name: String, message: String) throws {
    let error = try #require(throws: TrainingError.self) {
      try ConformanceRun.fit(AdamW(excludedFromWeightDecay: ["bias", NamePattern(name)]))
    }
    #expect("\(error)" == "compile.optimizer.exclude_from_weight_decay: \(message)")
    try ConformanceRun.fit(AdamW(excludedFromWeightDecay: ["bias"]))
  }

  @Test("is not refused in a run that has begun")
  func begun() throws {
    func trainer(_ patterns: [NamePattern]) throws -> Trainer {
      let configuration = TrainingConfiguration(
        model: Model([Dense(units: ConformanceRun.classes)]), optimizer: AdamW(excludedFromWeightDecay: patterns),
        batchSize: ConformanceRun.batchSize, shards: 1)
      return try Trainer(configuration, inputShape: [3], workerCount: 1)
    }
    let data = try ConformanceRun.data([3], targets: .classes)
    let first = try trainer(["bias"])
    try first.fit(data, maxSteps: 1)
    let second = try trainer(["bias", "gamma"])
    try second.restore(first.snapshot(), of: data)
    try second.fit(data, maxSteps: 2)
    #expect(second.state.step == 2)
  }
}
