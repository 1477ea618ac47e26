import Configuration
import NeuralNetwork
import Training

extension LearningRateSchedule {
  /// The form of Keras that has the same rate in every step; nil if there is none: Keras has no such warm-up.
  package var kerasForm: (any ScheduleForm)? { warmupSteps == 0 ? form.kerasForm : nil }

  /// The schedule as an object of Keras; nil if it has none that is the same.
  ///
  /// - Parameter rate: the optimizer's learning rate.
  func kerasObject(rate: Float) -> ConfigurationNode? {
    guard let form = kerasForm, let className = type(of: form).className else { return nil }
    let number = ConfigurationNode(.number(Double("\(rate)") ?? Double(rate)))
    // Its values are learning rates themselves.
    let initial = form is PiecewiseConstantDecay ? [] : [ConfigurationEntry("initial_learning_rate", number)]
    return KerasConfiguration.entry(
      className, initial + form.options, module: "keras.optimizers.schedules",
      isRegistered: Catalog.schedules.isRegistered(type(of: form).name))
  }
}
