import Kernels
import NeuralNetwork

/// A model compiled for both modes.
struct Programs: Sendable {
  let training: Program
  let inference: Program

  /// - Parameter loss: one over classes takes the argument of a final softmax; to all others the softmax belongs to the model.
  init(_ plan: ModelPlan, kernels: KernelSet, loss: any Loss) throws {
    let leavesSoftmax = type(of: loss).targets == .classes
    training = try plan.compile(mode: .training, kernels: kernels, leavesSoftmax: leavesSoftmax)
    inference = try plan.compile(mode: .inference, kernels: kernels, leavesSoftmax: leavesSoftmax)
    precondition(training.layouts == inference.layouts, "training and inference disagree on the layout of variables")
  }
}
