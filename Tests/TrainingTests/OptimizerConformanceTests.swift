import Configuration
import Datasets
import KerasGolden
import Kernels
import NeuralNetwork
import Testing

@testable import Training

/// The conformance tests of every optimizer in the catalog.
@Suite("Every optimizer in the catalog")
struct OptimizerConformanceTests {
  static let cases = Golden.cases("optimizers")

  static func optimizer(_ golden: Golden) throws -> any Optimizer {
    let className = try golden.attribute("optimizer")
    let type = try #require(Catalog.optimizers.all.first { $0.className == className })
    return try type.init(
      options: ConfigurationReader(golden.node("configuration"), path: className, keys: type.allOptionKeys))
  }

  @Test(
    "has Keras cases, with each kind of clipping and with weight decay",
    arguments: Catalog.optimizers.all.map { $0.className })
  func hasCases(className: String) throws {
    let own = try Self.cases.map { try Golden("optimizers/\($0)") }.filter {
      try $0.attribute("optimizer") == className
    }
    let options = try own.map { try Self.optimizer($0).updateOptions }
    #expect(options.contains { if case .norm = $0.clipping { true } else { false } })
    #expect(options.contains { if case .value = $0.clipping { true } else { false } })
    #expect(options.contains { if case .globalNorm = $0.clipping { true } else { false } })
    #expect(options.contains { $0.weightDecay != nil })
  }

  /// Two dense layers with the variables of the cases.
  private func trainer(_ golden: Golden, shards: Int = 1, instructionSet: InstructionSet) throws -> Trainer {
    let configuration = TrainingConfiguration(
      model: Sequential([Dense(units: 5), Dense(units: 3)]), optimizer: try Self.optimizer(golden), batchSize: 8,
      shards: shards)
    return try Trainer(configuration, inputShape: [7], workerCount: 1, instructionSet: instructionSet)
  }

  @Test(
    "updates variables and slots as Keras does, step by step", arguments: cases,
    InstructionSet.allCases.filter(\.isSupported))
  func matchesKeras(name: String, instructionSet: InstructionSet) throws {
    let golden = try Golden("optimizers/\(name)")
    let trainer = try trainer(golden, instructionSet: instructionSet)
    let variables = trainer.plan.variables
    #expect(try golden.count("start") == variables.count)
    let slotCount = trainer.configuration.optimizer.slotNames.count
    #expect(try golden.count("slots") == slotCount)
    try trainer.setWeights(
      variables.enumerated().map {
        Snapshot.Variable(path: $1.path, shape: $1.shape, values: try golden.values("start.\($0)"))
      })
    for step in 0..<(try golden.dimensions("gradients.0")[0]) {
      func values(_ dataset: String, _ variable: Int) throws -> [Float] {
        let count = variables[variable].shape.count
        return Array(try golden.values("\(dataset).\(variable)")[step * count..<(step + 1) * count])
      }
      let gradients = try variables.indices.map { try values("gradients", $0) }
      try update(trainer, gradients, iteration: step)
      let snapshot = trainer.snapshot()
      for index in variables.indices {
        let place = "\(variables[index].path) after step \(step)"
        let difference = try firstDifference(
          snapshot.parameters[index].values, values("variables", index), tolerance: 1e-6)
        #expect(difference == nil, "\(place)")
        for slot in 0..<slotCount {
          let difference = try firstDifference(
            snapshot.slots[slot][index].values, values("slots.\(slot)", index), tolerance: 1e-6)
          #expect(difference == nil, "slot \(slot) of \(place)")
        }
      }
    }
  }

  /// The update of a step, with the gradients of all variables in Keras' order.
  private func update(_ trainer: Trainer, _ gradients: [[Float]], iteration: Int) throws {
    let memory = trainer.memory
    for (index, gradient) in gradients.enumerated() {
      trainer.program.store(gradient, of: index, in: memory.reduction.gradients(ofGroup: 0))
    }
    var state = trainer.state
    state.step = iteration
    let data = try Dataset(
      name: "none", shape: [7], inputs: [UInt8](repeating: 0, count: 8 * 7), labels: [Int](repeating: 0, count: 8))
    try data.withSamples(scale: 1, window: trainer.configuration.batchSize, workerCount: 1) { samples in
      let step = try CurrentStep(trainer.configuration, samples, state)
      for phase in memory.update.phases {
        // From the last task to the first: their order must not matter.
        for task in (0..<phase.taskCount(step)).reversed() { phase.run(task: task, worker: 0, step) }
        #expect(phase.finish(step))
      }
    }
  }
}
