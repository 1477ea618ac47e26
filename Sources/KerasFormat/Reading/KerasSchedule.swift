import Configuration
import NeuralNetwork
import Training

/// A learning rate schedule in an optimizer's options.
struct KerasSchedule {
  let schedule: LearningRateSchedule
  /// The options of the optimizer, with the initial learning rate in place of the schedule.
  let options: ConfigurationNode

  /// Nil if the learning rate is a number.
  ///
  /// - Throws: `ModelFileError` for an unsupported schedule or option.
  init?(_ optimizer: ConfigurationNode, file: String) throws {
    guard case .mapping(let entries) = optimizer.value, let node = optimizer["learning_rate"],
      case .mapping = node.value
    else { return nil }
    let object = try KerasObject(node, place: "the learning rate schedule", file: file)
    let known = Catalog.schedules.all.compactMap { type in type.className.map { (type, $0) } }
    guard let (type, _) = known.first(where: { $0.1 == object.className }) else {
      throw ModelFileError(
        file: file,
        .unsupportedName(
          kind: "learning rate schedule", name: object.className, supported: known.map(\.1),
          advice: " \(ModelFileError.Problem.weightsCanBeImported)"))
    }
    let place = "the learning rate schedule \(object.className)"
    let own = try KerasIgnorableOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .schedule, place: place, file: file)
    let reader = try ConfigurationReader(own, path: place, keys: type.optionKeys)
    let form = try type.init(options: reader)
    try form.check(reader)
    schedule = LearningRateSchedule(form)
    let rate = object.configuration["initial_learning_rate"] ?? ConfigurationNode(.number(form.start(0)))
    options = ConfigurationNode(
      mapping: entries.map { $0.key == "learning_rate" ? ConfigurationEntry($0.key, rate) : $0 })
  }
}
