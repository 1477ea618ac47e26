import Datasets
import NeuralNetwork

extension Trainer {
  /// The largest number of input values, and of products of two of them, that the moments are computed from.
  private static let limits = (values: 1 << 22, products: 1 << 30)

  /// Sets the kernels whose initial values follow from the training data: those of the initializer `Whitening`.
  ///
  /// They follow from images evenly spread over the data, in its order, without augmentation.
  ///
  /// - Throws: `ModelError` for a layer that cannot be initialized so, `DatasetError` or `FileError` if a sample cannot
  ///   be decoded.
  package func initializeWeights(from training: Dataset) throws {
    for (index, variable) in plan.variables.enumerated() {
      guard let whitening = variable.specification.initializer as? Whitening else { continue }
      let moments = try patchMoments(ofInputsTo: variable.layerIndex, training)
      program.store(
        whitening.kernel(moments: moments, shape: variable.shape), of: index,
        in: variable.role == .trainable ? variables.parameters.start : variables.state.start)
    }
    awaitsTrainingData = false
  }

  /// The second moments of the patches that a convolution sees.
  private func patchMoments(ofInputsTo layerIndex: Int, _ training: Dataset) throws -> SecondMoments {
    let node = configuration.model.nodes[layerIndex]
    guard let layer = node.layer as? Conv2D, layer.groups == 1, let source = node.inputs.first else {
      throw whiteningError(layerIndex, "the initializer whitening is for the kernel of a conv2d without groups.")
    }
    let before: Model
    switch source {
    case .input: before = Model([])
    case .node(let index): before = configuration.model.part(endingWith: index)
    }
    let inputs = before.nodes.isEmpty ? nil : try before.plan(inputShape: plan.inputShape, needsWeights: false)
    guard inputs?.variables.isEmpty ?? true else {
      throw whiteningError(
        layerIndex, "the initializer whitening is for a first convolution: no layer with weights can be before it.")
    }
    let image = ImagePatches(shape: inputs?.outputShape ?? plan.inputShape, layer)
    guard image.count > 0 else {
      throw whiteningError(
        layerIndex, "the initializer whitening is for a kernel that fits into its input; this one is larger.")
    }
    let samples = training.spread(
      min(Self.limits.values / image.valueCount, Self.limits.products / image.productCount))
    var moments = SecondMoments(size: image.patchSize)
    for values in try inputValues(of: samples, after: before) {
      image.forEachPatch(values) { moments.add($0) }
    }
    return moments
  }

  /// The outputs of parameterless layers for each sample.
  private func inputValues(of samples: Dataset, after layers: Model) throws -> [ArraySlice<Float>] {
    let scale = configuration.scale(for: samples.input)
    guard !layers.nodes.isEmpty else {
      return try (0..<samples.count).map { sample in try samples.input(sample).map { $0 / scale }[...] }
    }
    // A trainer needs weights (1 for each channel changes nothing), and a list of values.
    var weighted = layers
    var factors = DepthwiseConv2D(kernelSize: [1, 1], useBias: false)
    factors.kernel.initializer = Ones()
    weighted.append(factors)
    weighted.append(Flatten())
    let trainer = try Trainer(
      TrainingConfiguration(model: weighted, loss: MeanSquaredError(), scale: scale), inputShape: plan.inputShape,
      workerCount: workerCount, instructionSet: instructionSet)
    let outputs = try trainer.predict(samples)
    return (0..<samples.count).map { outputs.values[$0 * outputs.classes..<($0 + 1) * outputs.classes] }
  }

  private func whiteningError(_ index: Int, _ reason: String) -> ModelError {
    ModelError(layerIndex: index, layerName: plan.nodes[index].name, reason: reason)
  }
}

/// The patches of an image (height, width, channels) that a convolution sees within it, at a stride of 1.
private struct ImagePatches {
  private let (height, width, channels): (Int, Int, Int)
  private let (rows, columns): (Int, Int)
  private let layer: Conv2D

  init(shape: Shape, _ layer: Conv2D) {
    (height, width) = (shape.dimensions[0], shape.dimensions[1])
    channels = shape.dimensions.count > 2 ? shape.dimensions[2] : 1
    rows = max(height - (layer.kernelSize.height - 1) * layer.dilationRate.height, 0)
    columns = max(width - (layer.kernelSize.width - 1) * layer.dilationRate.width, 0)
    self.layer = layer
  }

  var count: Int { rows * columns }
  var valueCount: Int { height * width * channels }
  var patchSize: Int { layer.kernelSize.height * layer.kernelSize.width * channels }
  /// The products of two values of a patch, over all patches.
  var productCount: Int { count * patchSize * patchSize }

  func forEachPatch(_ values: ArraySlice<Float>, _ body: ([Double]) -> Void) {
    var patch = [Double](repeating: 0, count: patchSize)
    for row in 0..<rows {
      for column in 0..<columns {
        var element = 0
        for y in 0..<layer.kernelSize.height {
          for x in 0..<layer.kernelSize.width {
            let pixel = (row + y * layer.dilationRate.height) * width + column + x * layer.dilationRate.width
            for channel in 0..<channels {
              patch[element] = Double(values[values.startIndex + pixel * channels + channel])
              element += 1
            }
          }
        }
        body(patch)
      }
    }
  }
}
