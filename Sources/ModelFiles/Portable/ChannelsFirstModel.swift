import KerasFormat
import NeuralNetwork

/// A model in the terms of programs whose images are (channels, height, width) and whose dense kernels are (out, in):
/// PyTorch and ONNX.
///
/// What `Flatten` makes of an image has another order there than here; the product behind it gets its kernel permuted, so
/// that the result is the same. Where anything else reads it, the image is brought into the order of Keras first.
struct ChannelsFirstModel {
  enum Operation: Equatable {
    /// The kernel is (out, in, height, width).
    case convolution(Weights, window: PortableWindow)
    case maximum(window: PortableWindow)
    case average(window: PortableWindow)
    /// All axes of a sample become one.
    case flatten
    /// The kernel is (out, in).
    case product(Weights)
    /// Softmax goes over the channels, or the only axis.
    case activation(ActivationFunction, isChannelsFirst: Bool)
    /// The first axis of a sample is that of the channels.
    case normalization(Normalization)
    case scaling(scale: Double, offset: Double)
    case sum
    case concatenation(isChannelsFirst: Bool)
    /// (channels, height, width) becomes (channels, 1, 1).
    case globalAverage
    case dropout(rate: Double)
    /// (…, channels) becomes (channels, …).
    case toChannelsFirst
    /// (channels, …) becomes (…, channels).
    case toChannelsLast
  }

  /// The parameters of a convolution or a product.
  struct Weights: Equatable {
    let kernel: NamedTensor
    /// (out)
    let bias: NamedTensor?
  }

  /// The parameters of a batch normalization, each (channels).
  struct Normalization: Equatable {
    let gamma: NamedTensor
    let beta: NamedTensor
    let mean: NamedTensor
    let variance: NamedTensor
    /// Whether gamma and beta are variables, and not all 1 and 0.
    let isAffine: Bool
    let epsilon: Double
    let momentum: Double
  }

  /// What a step reads.
  enum Source: Hashable {
    case input
    /// The output of the step at a position.
    case step(Int)
  }

  struct Step: Equatable {
    /// The layer that it comes from.
    let layer: String
    let operation: Operation
    let inputs: [Source]
    /// The shapes of a sample before (of the first input) and after it, as (height, width, channels) or (units).
    let input: Shape
    let output: Shape
  }

  let steps: [Step]
  /// What the model's output is.
  let output: Source
  let inputShape: Shape
  let outputShape: Shape

  /// - Parameter isChannelsFirst: whether the images that the model gets and gives are.
  /// - Throws: `ModelError`.
  init(_ model: TrainedModel, isChannelsFirst: Bool) throws {
    let plan = try model.plan()
    inputShape = model.inputShape
    outputShape = plan.outputShape
    var builder = try ChannelsFirstBuilder(model: model, plan: plan, isChannelsFirst: isChannelsFirst)
    builder.appendAll()
    output = builder.finish(isChannelsFirst: isChannelsFirst)
    steps = builder.steps
  }

  /// Whether each step reads the one before it, and nothing else.
  var isChain: Bool {
    steps.indices.allSatisfy { steps[$0].inputs == [$0 == 0 ? .input : .step($0 - 1)] }
  }
}
