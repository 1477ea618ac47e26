import Configuration
import KerasFormat
import NeuralNetwork

/// A model as PyTorch's `nn.Sequential`: its modules, and the tensors of its `state_dict`.
///
/// A final softmax is left out: PyTorch's losses expect logits.
struct TorchModules {
  /// The modules as Python code: `nn.Linear(100, 10)`.
  private(set) var modules: [String] = []
  /// `0.weight`, `0.bias`…
  private(set) var tensors: [NamedTensor] = []
  /// The divisor of the pixels before the modules, including that of a first Rescaling layer, which is not a module.
  private(set) var scale: Float?
  /// The optimizer's step count.
  private let stepCount: Int
  private let file: String

  /// - Parameter file: the path used in error messages.
  /// - Throws: `ModelFileError.Problem.notExpressible`.
  init(_ model: TrainedModel, file: String) throws {
    self.file = file
    scale = model.scale
    stepCount = model.optimizerState?.iteration ?? 0
    let portable = try ChannelsFirstModel(model, isChannelsFirst: true)
    try checkChain(portable)
    var steps = portable.steps[...]
    if case .scaling(let factor, let offset) = steps.first?.operation, offset == 0, factor > 0,
      case let divisor = Float(1 / factor), divisor.isFinite
    {
      scale = scale.map { $0 * divisor }
      steps.removeFirst()
    }
    if case .activation(.softmax, _) = steps.last?.operation { steps.removeLast() }
    for step in steps { try append(step) }
  }

  /// Reports layers with several inputs first, as the more helpful message.
  private func checkChain(_ model: ChannelsFirstModel) throws {
    if let joined = model.steps.first(where: { $0.inputs.count > 1 }) {
      throw notExpressible(
        joined, "it has \(joined.inputs.count) inputs, and modules of an nn.Sequential have one each")
    }
    guard !model.isChain, let step = model.steps.last else { return }
    throw notExpressible(step, "the model is not a chain of layers")
  }

  /// `nn.Sequential(…)`
  var description: String { "nn.Sequential(\(modules.joined(separator: ", ")))" }

  private mutating func append(_ step: ChannelsFirstModel.Step) throws {
    switch step.operation {
    case .convolution(let weights, let window, let groups):
      appendPadding(window, function: "ZeroPad2d")
      let (inputs, outputs) = (weights.kernel.dimensions[1] * groups, weights.kernel.dimensions[0])
      append(
        "Conv2d(\(inputs), \(outputs), \(Self.pair(window.size)), stride=\(Self.pair(window.strides))"
          + "\(Self.dilation(window))\(groups == 1 ? "" : ", groups=\(groups)")\(Self.bias(weights)))", weights)
    case .transposedConvolution(let weights, let window):
      try appendTransposed(weights, window, step)
    case .resizing(_, let size, let isBilinear):
      let mode = isBilinear ? "mode='bilinear', align_corners=False" : "mode='nearest-exact'"
      append("Upsample(size=\(Self.pair(size)), \(mode))")
    case .maximum(let window):
      appendPadding(window, function: "ConstantPad2d", value: ", float('-inf')")
      append("MaxPool2d(\(Self.pair(window.size)), stride=\(Self.pair(window.strides)))")
    case .average(let window):
      try appendAverage(window, step)
    case .flatten:
      append("Flatten()")
    case .product(let weights):
      append("Linear(\(weights.kernel.dimensions[1]), \(weights.kernel.dimensions[0])\(Self.bias(weights)))", weights)
    case .activation(.softmax, _):
      // The channel axis of an image, the only axis of a vector, or the last of two axes.
      append("Softmax(dim=\(step.input.dimensions.count == 2 ? 2 : 1))")
    case .activation(.logSoftmax, _):
      append("LogSoftmax(dim=\(step.input.dimensions.count == 2 ? 2 : 1))")
    case .activation(let function, _):
      guard let name = Self.name(of: function) else {
        throw notExpressible(step, "PyTorch has no module of its activation function")
      }
      append(name)
    case .parametricRelu(let alpha): try append(alpha: alpha, step)
    case .layerNormalization(let parameters):
      append(parameters)
      let channels = parameters.gamma.dimensions[0]
      modules.append(
        "nn.LayerNorm(\(channels), eps=\(parameters.epsilon)\(Self.affine(parameters, "elementwise_affine")))")
    case .groupNormalization(let parameters, let groups):
      append(parameters)
      let channels = parameters.gamma.dimensions[0]
      modules.append(
        "nn.GroupNorm(\(groups), \(channels), eps=\(parameters.epsilon)\(Self.affine(parameters, "affine")))")
    case .padding(let borders):
      append("ZeroPad2d((\(borders.left), \(borders.right), \(borders.top), \(borders.bottom)))")
    case .cropping(let borders):
      append("ZeroPad2d((\(-borders.left), \(-borders.right), \(-borders.top), \(-borders.bottom)))")
    case .upsampling(let layer):
      let mode = layer.interpolation == .nearest ? "'nearest'" : "'bilinear', align_corners=False"
      append("Upsample(scale_factor=\(Self.pair(layer.size)), mode=\(mode))")
    case .normalization(let normalization):
      append(normalization, isImage: step.input.image != nil)
    case .dropout(let rate):
      append("Dropout(\(rate))")
    case .globalAverage:
      append("AdaptiveAvgPool2d(1)")
    case .globalMaximum:
      append("AdaptiveMaxPool2d(1)")
    case .unitNormalization:
      throw notExpressible(step, "PyTorch has no module that divides by the norm")
    case .reshape, .permutation:
      throw notExpressible(step, "PyTorch's modules keep the axes of an image")
    case .scaling:
      throw notExpressible(step, "PyTorch has no module that multiplies and adds a number")
    case .sum, .merge, .concatenation:
      throw notExpressible(step, "it has several inputs, and modules of an nn.Sequential have one each")
    case .toChannelsFirst, .toChannelsLast:
      throw notExpressible(step, "the values of an image are used in Keras' order, channels last")
    }
  }

  /// PyTorch's `padding` removes as many pixels at both ends, and `output_padding`, which is less than the stride or the
  /// dilation, adds some at the end; a padding by a negative number removes further ones.
  private mutating func appendTransposed(
    _ weights: ChannelsFirstModel.Weights, _ window: ExchangeWindow, _ step: ChannelsFirstModel.Step
  ) throws {
    let (before, after) = (window.paddingBefore, window.paddingAfter)
    let added = HeightWidth(max(before.height - after.height, 0), max(before.width - after.width, 0))
    guard added.height < max(window.strides.height, window.dilation.height),
      added.width < max(window.strides.width, window.dilation.width)
    else { throw notExpressible(step, "its output padding is larger than ConvTranspose2d supports") }
    append(
      "ConvTranspose2d(\(weights.kernel.dimensions[0]), \(weights.kernel.dimensions[1]), \(Self.pair(window.size)), "
        + "stride=\(Self.pair(window.strides))\(before == [0, 0] ? "" : ", padding=\(Self.pair(before))")"
        + "\(added == [0, 0] ? "" : ", output_padding=\(Self.pair(added))")\(Self.dilation(window))"
        + "\(Self.bias(weights)))", weights)
    let removed = HeightWidth(max(after.height - before.height, 0), max(after.width - before.width, 0))
    if removed != [0, 0] { append("ZeroPad2d((0, \(-removed.width), 0, \(-removed.height)))") }
  }

  private mutating func append(_ module: String, _ weights: ChannelsFirstModel.Weights? = nil) {
    if let weights {
      append(weights.kernel, "weight")
      if let bias = weights.bias { append(bias, "bias") }
    }
    modules.append("nn.\(module)")
  }

  /// PyTorch has one alpha for all values, or one per channel.
  private mutating func append(alpha: NamedTensor, _ step: ChannelsFirstModel.Step) throws {
    let isPerChannel = alpha.dimensions.dropFirst().allSatisfy { $0 == 1 }
    guard isPerChannel, case .floats(let values) = alpha.values else {
      throw notExpressible(step, "PyTorch's PReLU has one alpha per channel; share the other axes (shared_axes)")
    }
    append(NamedTensor("", [values.count], values), "weight")
    modules.append("nn.PReLU(\(values.count))")
  }

  private mutating func append(_ parameters: ChannelsFirstModel.Affine) {
    guard parameters.isAffine else { return }
    append(parameters.gamma, "weight")
    append(parameters.beta, "bias")
  }

  /// PyTorch's momentum is the weight of the batch statistics, Keras' that of the previous ones.
  private mutating func append(_ normalization: ChannelsFirstModel.Normalization, isImage: Bool) {
    if normalization.isAffine {
      append(normalization.gamma, "weight")
      append(normalization.beta, "bias")
    }
    append(normalization.mean, "running_mean")
    append(normalization.variance, "running_var")
    append(NamedTensor("", [], .integers([Int64(stepCount)])), "num_batches_tracked")
    let momentum = ((1 - normalization.momentum) * 1e12).rounded() / 1e12
    modules.append(
      "nn.BatchNorm\(isImage ? 2 : 1)d(\(normalization.mean.dimensions[0]), eps=\(normalization.epsilon), "
        + "momentum=\(momentum)\(normalization.isAffine ? "" : ", affine=False"))")
  }

  /// Adds a tensor of the next module.
  private mutating func append(_ tensor: NamedTensor, _ name: String) {
    var renamed = tensor
    renamed.name = "\(modules.count).\(name)"
    tensors.append(renamed)
  }

  /// Appends a separate padding module: PyTorch's windows only pad symmetrically.
  private mutating func appendPadding(_ window: ExchangeWindow, function: String, value: String = "") {
    guard !window.isUnpadded else { return }
    let (before, after) = (window.paddingBefore, window.paddingAfter)
    append("\(function)((\(before.width), \(after.width), \(before.height), \(after.height))\(value))")
  }

  /// The window's own padding, which is excluded from the mean. It is symmetric; `ceil_mode`, which lets the last
  /// window extend past the edge, pads one more pixel at the end.
  private mutating func appendAverage(_ window: ExchangeWindow, _ step: ChannelsFirstModel.Step) throws {
    guard let input = step.input.image, let output = step.output.image else { return }
    let isCovered = [
      (input.height, output.height, window.size.height, window.strides.height, window.paddingBefore.height),
      (input.width, output.width, window.size.width, window.strides.width, window.paddingBefore.width),
    ].allSatisfy { input, output, size, stride, padding in
      let positions = (input + 2 * padding - size + stride - 1) / stride + 1
      // A window that would start in the padding is dropped.
      let started = (positions - 1) * stride >= input + padding ? positions - 1 : positions
      return started == output && 2 * padding <= size
    }
    guard window.isUnpadded || isCovered else {
      throw notExpressible(step, "its padding is more asymmetric than AvgPool2d supports")
    }
    let padding =
      window.isUnpadded ? "" : ", padding=\(Self.pair(window.paddingBefore)), ceil_mode=True, count_include_pad=False"
    append("AvgPool2d(\(Self.pair(window.size)), stride=\(Self.pair(window.strides))\(padding))")
  }

  private func notExpressible(_ step: ChannelsFirstModel.Step, _ reason: String) -> ModelFileError {
    ModelFileError(file: file, .notExpressible(format: "nn.Sequential", layer: step.layer, reason: reason))
  }

  private static func pair(_ size: HeightWidth) -> String { "(\(size.height), \(size.width))" }

  private static func dilation(_ window: ExchangeWindow) -> String {
    window.dilation == [1, 1] ? "" : ", dilation=\(pair(window.dilation))"
  }

  private static func bias(_ weights: ChannelsFirstModel.Weights) -> String {
    weights.bias == nil ? ", bias=False" : ""
  }

  private static func affine(_ parameters: ChannelsFirstModel.Affine, _ option: String) -> String {
    parameters.isAffine ? "" : ", \(option)=False"
  }

  /// A module for each activation function that PyTorch has; nil for the others.
  private static func name(of function: ActivationFunction) -> String? {
    switch function {
    case .linear: "Identity()"
    case .relu: "ReLU()"
    case .sigmoid: "Sigmoid()"
    case .tanh: "Tanh()"
    case .elu(let alpha): "ELU(alpha=\(alpha))"
    case .selu: "SELU()"
    case .gelu(let approximate): approximate ? "GELU(approximate='tanh')" : "GELU()"
    case .silu: "SiLU()"
    case .softplus: "Softplus()"
    case .softsign: "Softsign()"
    case .hardSigmoid: "Hardsigmoid()"
    case .hardSilu: "Hardswish()"
    case .mish: "Mish()"
    case .relu6: "ReLU6()"
    case .leakyRelu(let slope): "LeakyReLU(\(slope))"
    case .exponential, .generalRelu: nil
    case .softmax, .logSoftmax: preconditionFailure("softmax goes over an axis")
    }
  }
}
