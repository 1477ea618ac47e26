import Configuration
import KerasFormat
import NeuralNetwork

/// A model in channels-first form, with images (channels, height, width) and dense kernels (out, in), as in PyTorch and
/// ONNX.
///
/// A flattened image has another order there; the kernel of a following dense layer is permuted, so that the result is
/// the same. For any other reader, the image is first transposed to Keras' order.
struct ChannelsFirstModel {
  enum Operation: Equatable {
    /// The kernel is (out, in / groups, height, width).
    case convolution(Weights, window: ExchangeWindow, groups: Int)
    /// The kernel is (in, out, height, width); the window moves over the output.
    case transposedConvolution(Weights, window: ExchangeWindow)
    case resizing(from: HeightWidth, to: HeightWidth, isBilinear: Bool)
    case maximum(window: ExchangeWindow)
    case average(window: ExchangeWindow)
    /// Flattens a sample.
    case flatten
    /// The kernel is (out, in).
    case product(Weights)
    /// Softmax over the channels, or the only axis.
    case activation(ActivationFunction, isChannelsFirst: Bool)
    /// alpha has the axes of a sample.
    case parametricRelu(alpha: NamedTensor)
    /// Over the last axis.
    case layerNormalization(Affine)
    /// The first axis of a sample is the channel axis.
    case groupNormalization(Affine, groups: Int)
    /// Over the channels, or the only axis.
    case unitNormalization(isChannelsFirst: Bool)
    /// The first axis of a sample is the channel axis.
    case normalization(Normalization)
    case scaling(scale: Double, offset: Double)
    case sum
    case merge(MergeFunction)
    case concatenation(isChannelsFirst: Bool)
    /// (channels, height, width) becomes (channels, 1, 1).
    case globalAverage
    /// Likewise.
    case globalMaximum
    case padding(ImageBorders)
    case cropping(ImageBorders)
    case upsampling(UpSampling2D)
    /// The same values in the shape of the output.
    case reshape
    /// The axes of a sample, from 1, in another order.
    case permutation([Int])
    case dropout(rate: Double)
    /// (…, channels) becomes (channels, …).
    case toChannelsFirst
    /// (channels, …) becomes (…, channels).
    case toChannelsLast
  }

  /// The parameters of a convolution or a dense layer.
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
    /// Whether gamma and beta are variables, instead of constant 1 and 0.
    let isAffine: Bool
    let epsilon: Double
    let momentum: Double
  }

  /// The parameters of a layer or group normalization, each (channels).
  struct Affine: Equatable {
    let gamma: NamedTensor
    let beta: NamedTensor
    /// Whether gamma and beta are variables, instead of constant 1 and 0.
    let isAffine: Bool
    let epsilon: Double
  }

  /// An input of a step.
  enum Source: Hashable {
    case input
    /// The output of a step, by position.
    case step(Int)
  }

  struct Step: Equatable {
    /// The layer it was built from.
    let layer: String
    let operation: Operation
    let inputs: [Source]
    /// The sample shapes of the first input and of the output, as (height, width, channels) or (units).
    let input: Shape
    let output: Shape
  }

  let steps: [Step]
  /// The model's output.
  let output: Source
  let inputShape: Shape
  let outputShape: Shape

  /// - Parameter isChannelsFirst: whether the model's input and output images are channels-first.
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

  /// Whether the steps form a chain.
  var isChain: Bool {
    steps.indices.allSatisfy { steps[$0].inputs == [$0 == 0 ? .input : .step($0 - 1)] }
  }
}
