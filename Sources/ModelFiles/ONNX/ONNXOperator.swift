import Configuration
import NeuralNetwork

/// An ONNX operator, with the parameter tensors after its inputs.
///
/// Source: the operators' pages at https://onnx.ai/onnx/operators, operator set 17.
struct ONNXOperator {
  /// An input of an operator, besides its tensors.
  enum Input: Equatable {
    /// All inputs of the step.
    case step
    /// One input of the step.
    case stepInput(Int)
    /// The output of an operator of the step.
    case result(Int)
  }

  let type: String
  /// Its inputs; nil for the output of the previous operator, or the step's inputs for the first one.
  var inputs: [Input]?
  var tensors: [NamedTensor] = []
  var attributes: [ONNXAttribute] = []

  /// The operators of a step; the output of the last one is that of the step.
  static func operators(for step: ChannelsFirstModel.Step) -> [ONNXOperator] {
    switch step.operation {
    case .convolution(let weights, let window, let groups):
      [
        ONNXOperator(
          type: "Conv", tensors: weights.tensors,
          attributes: attributes(of: window) + dilations(of: window)
            + (groups == 1 ? [] : [attribute("group", Int64(groups))]))
      ]
    case .transposedConvolution(let weights, let window):
      [
        ONNXOperator(
          type: "ConvTranspose", tensors: weights.tensors,
          attributes: transposedAttributes(of: window) + dilations(of: window))
      ]
    case .resizing(let source, let size, let isBilinear):
      [resizing(step.layer, from: source, to: size, isBilinear: isBilinear)]
    case .maximum(let window): [ONNXOperator(type: "MaxPool", attributes: attributes(of: window))]
    case .average(let window):
      [ONNXOperator(type: "AveragePool", attributes: attributes(of: window) + [attribute("count_include_pad", 0)])]
    case .flatten: [ONNXOperator(type: "Flatten", attributes: [attribute("axis", 1)])]
    // output = input · kernelᵀ + bias
    case .product(let weights):
      [ONNXOperator(type: "Gemm", tensors: weights.tensors, attributes: [attribute("transB", 1)])]
    case .activation(let function, let isChannelsFirst):
      operators(of: function, isChannelsFirst: isChannelsFirst, layer: step.layer)
    case .parametricRelu(let alpha): [ONNXOperator(type: "PRelu", tensors: [alpha])]
    case .layerNormalization(let parameters):
      [
        ONNXOperator(
          type: "LayerNormalization", tensors: [parameters.gamma, parameters.beta],
          attributes: [attribute("axis", -1), attribute("epsilon", number: Float(parameters.epsilon))])
      ]
    case .groupNormalization(let parameters, let groups): groupNormalization(parameters, groups: groups, of: step)
    case .unitNormalization(let isChannelsFirst): unitNormalization(of: step, axis: isChannelsFirst ? 1 : -1)
    case .merge(let function): merge(function, of: step)
    case .globalMaximum: [ONNXOperator(type: "GlobalMaxPool")]
    case .padding, .cropping, .upsampling, .reshape, .permutation: moved(step)
    case .normalization(let parameters):
      [
        ONNXOperator(
          type: "BatchNormalization", tensors: parameters.tensors,
          attributes: [attribute("epsilon", number: Float(parameters.epsilon))])
      ]
    case .scaling(let scale, let offset):
      [
        ONNXOperator(type: "Mul", tensors: [NamedTensor("\(step.layer)/scale", [], [Float(scale)])]),
        ONNXOperator(type: "Add", tensors: [NamedTensor("\(step.layer)/offset", [], [Float(offset)])]),
      ]
    case .sum: sum(of: step)
    case .concatenation(let isChannelsFirst):
      [ONNXOperator(type: "Concat", attributes: [attribute("axis", isChannelsFirst ? 1 : -1)])]
    case .globalAverage: [ONNXOperator(type: "GlobalAveragePool")]
    case .dropout: []
    case .toChannelsFirst, .toChannelsLast: [transposition(of: step)]
    }
  }

  private static func sum(of step: ChannelsFirstModel.Step) -> [ONNXOperator] {
    [ONNXOperator(type: step.inputs.count == 2 ? "Add" : "Sum")]
  }

  private static func transposition(of step: ChannelsFirstModel.Step) -> ONNXOperator {
    // The batch is axis 0.
    let axes = Array(1...step.input.dimensions.count)
    let moved =
      step.operation == .toChannelsFirst ? axes.suffix(1) + axes.dropLast() : axes.dropFirst() + axes.prefix(1)
    return ONNXOperator(type: "Transpose", attributes: [attribute("perm", [0] + moved)])
  }

  /// Half-pixel centers, as `tf.image.resize`. The batch has any size, so that scales are given instead of sizes.
  private static func resizing(
    _ layer: String, from source: HeightWidth, to size: HeightWidth, isBilinear: Bool
  ) -> ONNXOperator {
    func scale(_ input: Int, _ output: Int) -> Float {
      let scale = Float(output) / Float(input)
      // The size is the input's times this, rounded down, whether a program multiplies with single or double precision.
      return Double(input) * Double(scale) < Double(output) ? scale.nextUp : scale
    }
    let scales = [1, 1, scale(source.height, size.height), scale(source.width, size.width)]
    return ONNXOperator(
      type: "Resize",
      tensors: [
        NamedTensor("\(layer)/region", [0], [Float]()), NamedTensor("\(layer)/scales", [4], scales),
      ],
      attributes: [
        attribute("mode", text: isBilinear ? "linear" : "nearest"),
        attribute("coordinate_transformation_mode", text: "half_pixel"),
        attribute("nearest_mode", text: "round_prefer_ceil"),
      ])
  }

  // MARK: - Attributes

  private static func attributes(of window: ExchangeWindow) -> [ONNXAttribute] {
    func pair(_ size: HeightWidth) -> [Int] { [size.height, size.width] }
    return [
      attribute("kernel_shape", pair(window.size)), attribute("strides", pair(window.strides)),
      attribute("pads", pair(window.paddingBefore) + pair(window.paddingAfter)),
    ]
  }

  private static func dilations(of window: ExchangeWindow) -> [ONNXAttribute] {
    window.dilation == [1, 1] ? [] : [attribute("dilations", [window.dilation.height, window.dilation.width])]
  }

  /// A transposed convolution is padded by pixels that no window covers as `output_padding`.
  private static func transposedAttributes(of window: ExchangeWindow) -> [ONNXAttribute] {
    let (before, after) = (window.paddingBefore, window.paddingAfter)
    return [
      attribute("kernel_shape", [window.size.height, window.size.width]),
      attribute("strides", [window.strides.height, window.strides.width]),
      attribute("pads", [before.height, before.width, max(after.height, 0), max(after.width, 0)]),
      attribute("output_padding", [max(-after.height, 0), max(-after.width, 0)]),
    ]
  }

  static func attribute(_ name: String, _ value: Int64) -> ONNXAttribute {
    ONNXAttribute(name: name, value: .integer(value))
  }

  static func attribute(_ name: String, number value: Float) -> ONNXAttribute {
    ONNXAttribute(name: name, value: .number(value))
  }

  static func attribute(_ name: String, text value: String) -> ONNXAttribute {
    ONNXAttribute(name: name, value: .text(value))
  }

  static func attribute(_ name: String, _ values: [Int]) -> ONNXAttribute {
    ONNXAttribute(name: name, value: .integers(values))
  }
}

extension ChannelsFirstModel.Weights {
  /// The kernel and, if present, the bias.
  var tensors: [NamedTensor] { [kernel] + (bias.map { [$0] } ?? []) }
}

extension ChannelsFirstModel.Normalization {
  fileprivate var tensors: [NamedTensor] { [gamma, beta, mean, variance] }
}
