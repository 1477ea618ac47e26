import NeuralNetwork

/// A model in the terms of programs whose images are (channels, height, width) and whose dense kernels are (out, in):
/// PyTorch and ONNX.
///
/// What `Flatten` makes of an image has another order there than here; the product behind it gets its kernel permuted, so
/// that the result is the same.
struct ChannelsFirstModel {
  enum Operation: Equatable {
    /// The kernel is (out, in, height, width).
    case convolution(Weights, window: PortableWindow)
    case maximum(window: PortableWindow)
    case average(window: PortableWindow)
    case flatten
    /// The kernel is (out, in).
    case product(Weights)
    /// Softmax goes over the channels, or the only axis.
    case activation(ActivationFunction, isChannelsFirst: Bool)
    /// (height, width, channels) becomes (channels, height, width).
    case toChannelsFirst
    /// (channels, height, width) becomes (height, width, channels).
    case toChannelsLast
  }

  /// The parameters of a convolution or a product.
  struct Weights: Equatable {
    let kernel: NamedTensor
    /// (out)
    let bias: NamedTensor?
  }

  struct Step: Equatable {
    /// The layer that it comes from.
    let layer: String
    let operation: Operation
    /// The shapes of a sample before and after it, as (height, width, channels) or (units).
    let input: Shape
    let output: Shape
  }

  let steps: [Step]
  let inputShape: Shape
  let outputShape: Shape

  /// - Parameter isChannelsFirst: whether the samples that the model gets and gives are.
  /// - Throws: `ModelError`.
  init(_ model: TrainedModel, isChannelsFirst: Bool) throws {
    let plan = try model.plan()
    inputShape = model.inputShape
    outputShape = plan.outputShape
    var builder = ChannelsFirstBuilder(model: model, plan: plan, isChannelsFirst: isChannelsFirst)
    var shape = model.inputShape
    let places = try model.model.layers.enumerated().flatMap { index, layer in
      defer { shape = plan.nodes[index].outputShape }
      return try layer.portableForm(for: [shape]).enumerated().map { position, operation in
        ChannelsFirstBuilder.Place(
          operation: operation, layerIndex: index, input: position == 0 ? shape : plan.nodes[index].outputShape)
      }
    }
    for (index, place) in places.enumerated() { builder.append(place, before: places[(index + 1)...]) }
    steps = builder.finished(isChannelsFirst: isChannelsFirst)
  }
}

/// Turns the operations of layers into steps, one after the other.
private struct ChannelsFirstBuilder {
  /// An operation of a layer, and the shape that comes to it.
  struct Place {
    let operation: PortableOperation
    let layerIndex: Int
    let input: Shape
  }

  let model: TrainedModel
  let plan: ModelPlan
  /// Whether images lie as (channels, height, width) at this point.
  private(set) var isChannelsFirst: Bool
  /// The image that a vector was, if its values lie as (channels, height, width).
  private var flattenedImage: Shape?
  private var steps: [ChannelsFirstModel.Step] = []

  init(model: TrainedModel, plan: ModelPlan, isChannelsFirst: Bool) {
    self.model = model
    self.plan = plan
    self.isChannelsFirst = isChannelsFirst
  }

  mutating func append(_ place: Place, before next: ArraySlice<Place>) {
    switch place.operation {
    case .convolution(let kernel, let bias, let window):
      reorder(place, isChannelsFirst: true)
      add(.convolution(weights(kernel, bias, of: place.layerIndex, axes: [3, 2, 0, 1]), window: window), place)
    case .maximum(let window):
      reorder(place, isChannelsFirst: true)
      add(.maximum(window: window), place)
    case .average(let window):
      reorder(place, isChannelsFirst: true)
      add(.average(window: window), place)
    case .flatten:
      // Only a product can take the values in another order.
      if !Self.isProductNext(next) { reorder(place, isChannelsFirst: false) }
      if isChannelsFirst, place.input.image != nil { flattenedImage = place.input }
      add(.flatten, place)
    case .product(let kernel, let bias):
      add(.product(weights(kernel, bias, of: place.layerIndex, axes: [1, 0])), place)
      flattenedImage = nil
    case .activation(let function):
      add(.activation(function, isChannelsFirst: isChannelsFirst), place)
    }
  }

  /// The steps, with the last image in the order that is asked for.
  mutating func finished(isChannelsFirst: Bool) -> [ChannelsFirstModel.Step] {
    let end = Place(operation: .flatten, layerIndex: plan.nodes.count - 1, input: plan.outputShape)
    reorder(end, isChannelsFirst: isChannelsFirst)
    return steps
  }

  /// Whether the next operation that looks at more than one value at a time is a product.
  private static func isProductNext(_ next: ArraySlice<Place>) -> Bool {
    let mixing = next.first { place in
      switch place.operation {
      case .activation(let function): function == .softmax
      case .flatten: false
      default: true
      }
    }
    if case .product = mixing?.operation { return true }
    return false
  }

  private mutating func reorder(_ place: Place, isChannelsFirst wanted: Bool) {
    guard isChannelsFirst != wanted, place.input.image != nil else { return }
    add(wanted ? .toChannelsFirst : .toChannelsLast, place, output: place.input)
    isChannelsFirst = wanted
  }

  private mutating func add(_ operation: ChannelsFirstModel.Operation, _ place: Place, output: Shape? = nil) {
    let layer = plan.nodes[place.layerIndex]
    steps.append(
      ChannelsFirstModel.Step(
        layer: layer.name, operation: operation, input: place.input, output: output ?? layer.outputShape))
  }

  // MARK: - Weights

  /// - Parameter axes: the axes of Keras' kernel in the order of the other program's.
  private func weights(_ kernel: String, _ bias: String?, of layer: Int, axes: [Int]) -> ChannelsFirstModel.Weights {
    func variable(_ name: String) -> NamedTensor {
      let found = zip(plan.variables, model.weights).first {
        $0.0.layerIndex == layer && $0.0.specification.name == name
      }
      guard let (parameter, variable) = found else { preconditionFailure("layer \(layer) has no \(name)") }
      return NamedTensor(parameter.path, variable.shape.dimensions, variable.values)
    }
    return ChannelsFirstModel.Weights(kernel: permuted(variable(kernel), axes: axes), bias: bias.map(variable))
  }

  private func permuted(_ kernel: NamedTensor, axes: [Int]) -> NamedTensor {
    guard case .floats(let values) = kernel.values else { preconditionFailure("\(kernel.name) holds integers") }
    var layout = ParameterLayout(factors: kernel.dimensions, order: axes)
    if let image = flattenedImage?.image {
      // Its inputs lie as (channels, height·width).
      layout = ParameterLayout(
        factors: [image.height * image.width, image.channels, kernel.dimensions[1]], order: [2, 1, 0])
    }
    let stored = [Float](unsafeUninitializedCapacity: values.count) { target, count in
      guard let start = target.baseAddress else { return }
      values.withUnsafeBufferPointer { source in source.baseAddress.map { layout.store($0, to: start) } }
      count = values.count
    }
    return NamedTensor(kernel.name, axes.map { kernel.dimensions[$0] }, stored)
  }
}
