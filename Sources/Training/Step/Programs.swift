import Kernels
import NeuralNetwork

/// A model compiled for training and inference.
struct Programs: Sendable {
  var training: Program
  let inference: Program
  /// The maximum number of samples in a task of an evaluation or a prediction. A sample's results do not depend on it.
  let inferenceCapacity: Int

  /// - Parameter loss: a loss over classes includes a final softmax in training; for others it is part of the model.
  init(_ plan: ModelPlan, kernels: KernelSet, loss: any Loss) throws {
    let leavesSoftmax = type(of: loss).targets == .classes
    training = try plan.compile(mode: .training, kernels: kernels, leavesSoftmax: leavesSoftmax)
    inference = try plan.compile(mode: .inference, kernels: kernels, leavesSoftmax: leavesSoftmax)
    precondition(training.layouts == inference.layouts, "training and inference disagree on the layout of variables")
    inferenceCapacity = Self.inferenceCapacity(inference)
  }

  /// Some tiles of the kernels unless samples are large, and more samples as long as their values fit in the cache or are
  /// few compared with the weights, which are read once for all of them.
  private static func inferenceCapacity(_ program: Program) -> Int {
    let few = max(program.plan.trainableCount / 2, 1 << 16)
    var capacity = 96
    while capacity > 1, Workspace.valueCount(for: program, capacity: capacity) > (capacity > 12 ? few : 1 << 22) {
      capacity /= 2
    }
    return capacity
  }
}
