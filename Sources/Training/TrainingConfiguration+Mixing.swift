import Datasets
import NeuralNetwork

extension TrainingConfiguration {
  /// Why the settings do not allow mixed samples; nil if they do, or if samples are not mixed.
  package var mixingConflict: String? {
    guard batchAugmentation != nil else { return nil }
    let loss = type(of: loss)
    if loss.targets == .classes, !loss.acceptsDistributions {
      return "mixed samples belong to two classes, and \(loss.name) compares with one: use "
        + "\(CategoricalCrossentropy.name), which has the same value for a class alone."
    }
    if samples.classWeight != nil {
      return "mixed samples belong to two classes, and fit.class_weight is that of one: use fit.oversample."
    }
    return nil
  }

  /// Checks that the samples of the training data can be mixed, if they shall be.
  ///
  /// - Throws: `TrainingError.cannotMix`.
  func checkMixing(_ training: Dataset, input: Shape) throws {
    guard let batchAugmentation else { return }
    if let mixingConflict { throw TrainingError.cannotMix(reason: mixingConflict) }
    if training.weights != nil {
      throw TrainingError.cannotMix(
        reason: "the samples of '\(training.name)' have weights, which are those of one sample: leave them out.")
    }
    guard batchAugmentation.accepts(input) else {
      throw TrainingError.cannotMix(
        reason: "cut_mix needs images, (height, width) or (height, width, channels), and the model's input is "
          + "\(input): use mix_up.")
    }
  }
}
