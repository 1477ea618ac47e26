import Kernels
import NeuralNetwork

/// A model compiled for both modes.
struct Programs: Sendable {
  let training: Program
  let inference: Program

  init(_ plan: ModelPlan, kernels: KernelSet) throws {
    training = try plan.compile(mode: .training, kernels: kernels)
    inference = try plan.compile(mode: .inference, kernels: kernels)
    precondition(training.layouts == inference.layouts, "training and inference disagree on the layout of variables")
  }
}
