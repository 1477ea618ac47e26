import Datasets
import NeuralNetwork

/// Checks that a model can be applied to or trained on a data set.
extension Dataset {
  /// - Throws: `TrainingError` if the model does not accept the inputs, or its output does not have one axis.
  func checkInputs(fit plan: ModelPlan) throws {
    guard plan.inputShape.accepts(shape) else {
      throw TrainingError.shapeMismatch(dataset: name, inputs: shape, model: plan.inputShape)
    }
    guard plan.outputShape.dimensions.count == 1 else { throw TrainingError.outputNotClasses(plan.outputShape) }
  }

  /// - Throws: `TrainingError` if the model does not accept the samples, or the loss cannot compare their targets with
  ///   its outputs.
  func check(fits plan: ModelPlan, _ loss: any Loss) throws {
    try checkInputs(fit: plan)
    guard let target, let targets else { throw TrainingError.noTargets(dataset: name) }
    let (outputs, lossName) = (plan.outputShape.count, type(of: loss).name)
    switch (targets, type(of: loss).targets) {
    case (.labels, .values) where outputs == 1: return
    case (.values, .values):
      guard target.shape.count == outputs else {
        throw TrainingError.targetMismatch(dataset: name, target: target, loss: lossName, output: plan.outputShape)
      }
    case (.labels(let labels), _):
      for sample in 0..<count where Int(labels[selection[sample]]) >= outputs {
        throw TrainingError.labelOutOfRange(
          dataset: name, sample: sample, label: Int(labels[selection[sample]]), classes: outputs)
      }
    case (.values, .classes) where type(of: loss).acceptsDistributions && outputs > 1 && target.shape.count == outputs:
      return
    case (.values, .classes):
      for sample in 0..<count { try checkClass(ofSample: sample, outputs: outputs, lossName) }
    }
  }

  private func checkClass(ofSample sample: Int, outputs: Int, _ loss: String) throws {
    guard let label = classIndex(sample, of: outputs), label >= 0 else {
      let target = target(sample) ?? []
      let text = target.prefix(8).map { "\($0)" }.joined(separator: ", ") + (target.count > 8 ? ", …" : "")
      throw TrainingError.noClass(
        dataset: name, sample: sample, target: target.count == 1 ? text : "[\(text)]", loss: loss)
    }
    guard label < outputs else {
      throw TrainingError.labelOutOfRange(dataset: name, sample: sample, label: label, classes: outputs)
    }
  }
}
