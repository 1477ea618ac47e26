import Datasets
import Kernels
import NeuralNetwork

/// What training sees of some samples: their inputs, mixed with those of others if the run does so, after the model's
/// leading augmentation, rescaling and normalization layers, with the draws of an epoch.
package struct AugmentedInputs {
  private let configuration: TrainingConfiguration
  private let data: Dataset
  private let program: Program
  private let kernels: KernelSet
  private let scale: Float
  private let mixing: BatchMixing?
  /// For each channel, what the layers make of 0 and 255 without their random changes.
  private let ends: [(black: Float, white: Float)]

  /// - Parameter data: the training data of the run.
  /// - Returns: nil if the run does not mix samples, and the model starts with no layer that changes inputs at random.
  /// - Throws: `ModelError` if the layers do not accept the data, `DatasetError` or `FileError` if they must be adapted to
  ///   it and a sample cannot be decoded.
  package init?(
    _ configuration: TrainingConfiguration, data: Dataset, instructionSet: InstructionSet = .bestSupported
  ) throws {
    let count = configuration.model.leadingAugmentationCount
    mixing = BatchMixing(configuration, shape: data.shape)
    guard count > 0 || mixing != nil else { return nil }
    var configuration = configuration
    if count > 0 { try configuration.adaptNormalizations(to: data) }
    var model = count > 0 ? Model() : Model([Rescaling(scale: 1)])
    for node in configuration.model.nodes.prefix(count) { model.append(node.layer) }
    kernels = instructionSet.kernels
    program = try model.plan(inputShape: data.shape, needsWeights: false)
      .compile(mode: .training, kernels: kernels)
    scale = configuration.scale(for: data.input)
    ends = Self.ends(of: program.plan, white: 255 / scale)
    self.configuration = configuration
    self.data = data
  }

  /// Some samples as training sees them in a pass over the data, as bytes if the data is bytes or pictures: 0 and 255 are what 0 and 255 become
  /// without augmentation, and values beyond are clipped.
  ///
  /// - Parameters:
  ///   - indices: of samples of the training data.
  ///   - epoch: the pass, from 0.
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded.
  package func samples(_ indices: [Int], epoch: Int) throws -> Dataset {
    var order = SampleOrder(count: data.count)
    order.update(seed: configuration.seed, epoch: epoch, shuffle: configuration.shuffle)
    var positions = [Int32](repeating: 0, count: data.count)
    for (position, sample) in order.indices.enumerated() { positions[Int(sample)] = Int32(position) }
    let workspace = Workspace(for: program, capacity: 1, kernels: kernels)
    let values = try indices.flatMap { index in
      try input(index, position: Int(positions[index]), epoch: epoch, order: order.indices, workspace)
    }
    return try Dataset(
      name: data.name, shape: program.plan.outputShape,
      inputs: data.input.element == .uint8 || data.isOfPictures
        ? .bytes(values.enumerated().map(byte)) : .floats(values),
      targets: targets(indices), classNames: data.classNames)
  }

  /// The input of one sample after the layers.
  private func input(
    _ index: Int, position: Int, epoch: Int, order: [Int32], _ workspace: Workspace
  ) throws -> [Float] {
    let batchSize = configuration.batchSize
    let steps = (data.count + batchSize - 1) / batchSize
    workspace.divide(into: 1, first: position % batchSize) { _ in 1 }
    workspace.pass = Pass(
      mode: .training, seed: configuration.seed, epoch: epoch, step: epoch * steps + position / batchSize,
      firstSample: position - position % batchSize)
    for (place, value) in try data.input(index).enumerated() { workspace.input[place] = value / scale }
    if let mixing {
      let (first, sample) = (workspace.pass.firstSample, position % batchSize)
      mixing.draw(workspace.pass, samples: min(batchSize, data.count - first))
      let other = try data.input(Int(order[first + mixing[sample].partner])).map { $0 / scale }
      other.withUnsafeBufferPointer { other in
        guard let other = other.baseAddress else { return }
        mixing.mix(sample, workspace.input, with: other)
      }
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 1) { none in
      guard let start = none.baseAddress else { return }
      start.initialize(to: 0)
      workspace.forward(variables: start, state: start)
    }
    return (0..<program.plan.outputShape.count).map { workspace.output[$0] }
  }

  /// For each channel, what the layers of a plan make of 0 and of `white` without their random changes.
  private static func ends(of plan: ModelPlan, white: Float) -> [(black: Float, white: Float)] {
    (0..<(plan.outputShape.dimensions.last ?? 1)).map { channel in
      var ends = (black: Float(0), white: white)
      for layer in plan.model.layers {
        let change: (scale: Float, offset: Float)
        switch layer {
        case let layer as Rescaling: change = (Float(layer.scale), Float(layer.offset))
        case let layer as Normalization: change = layer.change(ofChannel: channel)
        default: continue
        }
        ends = (ends.black * change.scale + change.offset, ends.white * change.scale + change.offset)
      }
      return ends
    }
  }

  /// The byte that the layers would make the value at an index of without their random changes.
  private func byte(_ index: Int, _ value: Float) -> UInt8 {
    let (black, white) = ends[index % ends.count]
    let share = (value - black) / (white - black)
    return share.isNaN ? 0 : UInt8((min(max(share, 0), 1) * 255).rounded())
  }

  private func targets(_ indices: [Int]) -> Dataset.Targets? {
    switch data.target?.element {
    case nil: nil
    case .label: .labels(indices.map { Int32(data.label($0) ?? 0) })
    default: .values(indices.flatMap { data.target($0) ?? [] }, shape: data.target?.shape ?? [1])
    }
  }
}

extension Model {
  /// The number of layers at the start that augment, rescale, normalize, resize, pad or crop inputs, one after the other; 0
  /// if none of them is random.
  var leadingAugmentationCount: Int {
    let count = nodes.indices.prefix { index in
      nodes[index].inputs == [index == 0 ? .input : .node(index - 1)]
        && (nodes[index].layer.isRandomChange || nodes[index].layer.isFixedChange)
    }.count
    return nodes.prefix(count).contains { $0.layer.isRandomChange } ? count : 0
  }
}

extension Layer {
  /// Whether the layer changes inputs at random in training.
  fileprivate var isRandomChange: Bool { self is any AugmentationLayer || self is GaussianNoise }
  fileprivate var isFixedChange: Bool {
    self is Rescaling || self is Normalization || self is Resizing || self is CenterCrop || self is ZeroPadding2D
  }
}

extension Normalization {
  /// The factor and the summand of the values of a channel.
  fileprivate func change(ofChannel channel: Int) -> (scale: Float, offset: Float) {
    func value(_ values: [Double]) -> Float { Float(values.count == 1 ? values[0] : values[channel]) }
    let deviation = max(value(variance).squareRoot(), 1e-7)
    return (1 / deviation, -value(mean) / deviation)
  }
}
