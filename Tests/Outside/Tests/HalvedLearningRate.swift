import Martlet

/// Halves the learning rate every N epochs, and counts how often.
final class HalvedLearningRate: ConfiguredCallback {
  static let name = "halved_learning_rate"
  static let optionKeys = ["every_epochs"]
  static let decidesWeights = true

  let everyEpochs: Int

  init(everyEpochs: Int) { self.everyEpochs = everyEpochs }

  init(options: ConfigurationReader, metrics: [String]) throws {
    everyEpochs = try options.integer("every_epochs", in: 1...Int.max, default: 1)
  }

  var options: [ConfigurationEntry] { [ConfigurationEntry("every_epochs", ConfigurationNode(.integer(everyEpochs)))] }

  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    guard trainer.state.epoch.isMultiple(of: everyEpochs) else { return }
    trainer.setLearningRate(trainer.state.learningRate / 2)
    trainer[callback: Self.name].numbers["halvings", default: 0] += 1
  }
}
