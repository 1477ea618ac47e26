import Kernels
import NeuralNetwork

/// A model compiled for training and inference.
struct Programs: Sendable {
  let training: Program
  let inference: Program

  /// - Parameter loss: a loss over classes includes a final softmax in training; for others it is part of the model.
  init(_ plan: ModelPlan, kernels: KernelSet, loss: any Loss) throws {
    let leavesSoftmax = type(of: loss).targets == .classes
    training = try plan.compile(mode: .training, kernels: kernels, leavesSoftmax: leavesSoftmax)
    inference = try plan.compile(mode: .inference, kernels: kernels, leavesSoftmax: leavesSoftmax)
    precondition(training.layouts == inference.layouts, "training and inference disagree on the layout of variables")
  }
}
