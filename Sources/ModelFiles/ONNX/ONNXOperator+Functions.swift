import NeuralNetwork

extension ONNXOperator {
  /// The operators of an activation function.
  ///
  /// - Parameter layer: the name of the layer, for those of constants.
  static func operators(
    of function: ActivationFunction, isChannelsFirst: Bool, layer: String
  ) -> [ONNXOperator] {
    func number(_ name: String, _ value: Double) -> NamedTensor { NamedTensor("\(layer)/\(name)", [], [Float(value)]) }
    func one(_ type: String, _ attributes: [(name: String, value: Double)] = []) -> [ONNXOperator] {
      [ONNXOperator(type: type, attributes: attributes.map { attribute($0.name, number: Float($0.value)) })]
    }
    let timesInput = { (number: Int) in ONNXOperator(type: "Mul", inputs: [.step, .result(number)]) }
    let axis = attribute("axis", isChannelsFirst ? 1 : -1)
    return switch function {
    case .linear: one("Identity")
    case .relu: one("Relu")
    case .sigmoid: one("Sigmoid")
    case .tanh: one("Tanh")
    case .softmax: [ONNXOperator(type: "Softmax", attributes: [axis])]
    case .logSoftmax: [ONNXOperator(type: "LogSoftmax", attributes: [axis])]
    case .elu(let alpha): one("Elu", [("alpha", alpha)])
    case .selu: one("Selu", [("alpha", 1.6732632423543772), ("gamma", 1.0507009873554805)])
    case .gelu(approximate: false):
      [
        ONNXOperator(type: "Div", tensors: [number("root", 2.0.squareRoot())]), ONNXOperator(type: "Erf"),
        ONNXOperator(type: "Add", tensors: [number("one", 1)]), timesInput(2),
        ONNXOperator(type: "Mul", tensors: [number("half", 0.5)]),
      ]
    case .gelu(approximate: true):
      [
        ONNXOperator(type: "Mul", inputs: [.step, .step]),
        ONNXOperator(type: "Mul", tensors: [number("cubic", 0.07135481627260025)]),
        ONNXOperator(type: "Add", tensors: [number("linear", 1.5957691216057308)]), timesInput(2),
        ONNXOperator(type: "Sigmoid"), timesInput(4),
      ]
    case .silu: one("Sigmoid") + [timesInput(0)]
    case .softplus: one("Softplus")
    case .softsign: one("Softsign")
    case .hardSigmoid: one("HardSigmoid", [("alpha", 1 / 6.0), ("beta", 0.5)])
    case .hardSilu: one("HardSwish")
    case .mish: one("Softplus") + [ONNXOperator(type: "Tanh"), timesInput(1)]
    case .exponential: one("Exp")
    case .relu6: [ONNXOperator(type: "Clip", tensors: [number("lowest", 0), number("largest", 6)])]
    case .leakyRelu(let slope): one("LeakyRelu", [("alpha", slope)])
    case .generalRelu(let maxValue, let slope, let threshold):
      generalRelu(
        threshold: threshold, thresholds: number("threshold", threshold), slope: slope, slopes: number("slope", slope),
        largest: maxValue.map { number("largest", $0) }, zero: number("zero", 0))
    }
  }

  /// min(x, largest) where x is above the threshold, and slope · min(x − threshold, 0), added.
  private static func generalRelu(
    threshold: Double, thresholds: NamedTensor, slope: Double, slopes: NamedTensor, largest: NamedTensor?,
    zero: NamedTensor
  ) -> [ONNXOperator] {
    var operators = [
      ONNXOperator(type: "ThresholdedRelu", attributes: [attribute("alpha", number: Float(threshold))])
    ]
    if let largest { operators.append(ONNXOperator(type: "Min", tensors: [largest])) }
    guard slope > 0 else { return operators }
    let upper = operators.count - 1
    return operators + [
      ONNXOperator(type: "Sub", inputs: [.step], tensors: [thresholds]), ONNXOperator(type: "Min", tensors: [zero]),
      ONNXOperator(type: "Mul", tensors: [slopes]),
      ONNXOperator(type: "Add", inputs: [.result(upper), .result(upper + 3)]),
    ]
  }

  // MARK: - Normalization and merging

  /// Instance normalization of the groups as channels, then γ and β.
  static func groupNormalization(
    _ parameters: ChannelsFirstModel.Affine, groups: Int, of step: ChannelsFirstModel.Step
  ) -> [ONNXOperator] {
    let sizes = step.input.dimensions.suffix(1) + step.input.dimensions.dropLast()
    func shape(_ name: String, _ sizes: [Int]) -> NamedTensor {
      NamedTensor("\(step.layer)/\(name)", [sizes.count], .integers(sizes.map(Int64.init)))
    }
    func perGroup(_ name: String, _ value: Float) -> NamedTensor {
      NamedTensor("\(step.layer)/\(name)", [groups], [Float](repeating: value, count: groups))
    }
    func perChannel(_ tensor: NamedTensor) -> NamedTensor {
      var tensor = tensor
      tensor.dimensions += [Int](repeating: 1, count: step.input.dimensions.count - 1)
      return tensor
    }
    return [
      ONNXOperator(type: "Reshape", tensors: [shape("groups", [0, groups, -1])]),
      ONNXOperator(
        type: "InstanceNormalization", tensors: [perGroup("ones", 1), perGroup("zeros", 0)],
        attributes: [attribute("epsilon", number: Float(parameters.epsilon))]),
      ONNXOperator(type: "Reshape", tensors: [shape("shape", [0] + sizes)]),
      ONNXOperator(type: "Mul", tensors: [perChannel(parameters.gamma)]),
      ONNXOperator(type: "Add", tensors: [perChannel(parameters.beta)]),
    ]
  }

  static func unitNormalization(of step: ChannelsFirstModel.Step, axis: Int) -> [ONNXOperator] {
    let axes = NamedTensor("\(step.layer)/axes", [1], .integers([Int64(axis)]))
    return [
      ONNXOperator(type: "Mul", inputs: [.step, .step]),
      ONNXOperator(type: "ReduceSum", tensors: [axes], attributes: [attribute("keepdims", 1)]),
      ONNXOperator(type: "Sqrt"),
      ONNXOperator(type: "Max", tensors: [NamedTensor("\(step.layer)/least", [], [1e-12])]),
      ONNXOperator(type: "Div", inputs: [.step, .result(3)]),
    ]
  }

  static func merge(_ function: MergeFunction, of step: ChannelsFirstModel.Step) -> [ONNXOperator] {
    switch function {
    case .mean: [ONNXOperator(type: "Mean")]
    case .maximum: [ONNXOperator(type: "Max")]
    case .difference: [ONNXOperator(type: "Sub")]
    case .product:
      (1..<step.inputs.count).map { index in
        ONNXOperator(
          type: "Mul", inputs: [index == 1 ? .stepInput(0) : .result(index - 2), .stepInput(index)])
      }
    }
  }

  // MARK: - Shapes

  /// The operators of steps that only move values, or enlarge images (channels, height, width).
  static func moved(_ step: ChannelsFirstModel.Step) -> [ONNXOperator] {
    func integers(_ name: String, _ values: [Int]) -> NamedTensor {
      NamedTensor("\(step.layer)/\(name)", [values.count], .integers(values.map(Int64.init)))
    }
    switch step.operation {
    case .padding(let borders):
      let pads = [0, 0, borders.top, borders.left, 0, 0, borders.bottom, borders.right]
      return [ONNXOperator(type: "Pad", tensors: [integers("pads", pads)])]
    case .cropping(let borders):
      let sizes = step.input.dimensions
      return [
        ONNXOperator(
          type: "Slice",
          tensors: [
            integers("starts", [borders.top, borders.left]),
            integers("ends", [sizes[0] - borders.bottom, sizes[1] - borders.right]), integers("axes", [2, 3]),
          ])
      ]
    case .upsampling(let layer):
      let isNearest = layer.interpolation == .nearest
      let scales = [1, 1, Float(layer.size.height), Float(layer.size.width)]
      return [
        ONNXOperator(
          type: "Resize",
          tensors: [
            NamedTensor("\(step.layer)/region", [0], [Float]()), NamedTensor("\(step.layer)/scales", [4], scales),
          ],
          attributes: [
            attribute("mode", text: isNearest ? "nearest" : "linear"),
            attribute("coordinate_transformation_mode", text: isNearest ? "asymmetric" : "half_pixel"),
            attribute("nearest_mode", text: "floor"),
          ])
      ]
    case .reshape:
      return [ONNXOperator(type: "Reshape", tensors: [integers("shape", [0] + step.output.dimensions)])]
    case .permutation(let axes):
      return [ONNXOperator(type: "Transpose", attributes: [attribute("perm", [0] + axes)])]
    default: preconditionFailure("\(step.operation) does not move values")
    }
  }
}
