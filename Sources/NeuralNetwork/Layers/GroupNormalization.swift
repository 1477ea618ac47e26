import Configuration

/// (x − mean) / √(variance + ε) · γ + β, with the mean and the variance of each sample over all positions and a group of
/// adjacent channels.
///
/// Source: Y. Wu, K. He, "Group Normalization", 2018; ε is Keras' (1e-3; PyTorch's is 1e-5).
public struct GroupNormalization: WeightedLayer, Equatable {
  public static let className = "GroupNormalization"
  public static let typeName = "group_normalization"
  public static let prototype = GroupNormalization()
  private static let ownSchema: Schema = [
    ConfigurationOption("groups") { reader, layer in
      guard let node = reader.node("groups") else { return }
      guard case .integer(let groups) = node.value, groups == -1 || (1...LayerLimits.size).contains(groups) else {
        throw reader.error(
          .unexpected(expected: "a number of groups, or -1 for one per channel", received: node.received), at: "groups")
      }
      layer.groups = groups
    } write: {
      ConfigurationNode(.integer($0.groups))
    },
    .constant("axis", -1, wording: "-1, the channels"),
    .number("epsilon", \.epsilon, where: .positive),
    .bool("center", \.center),
    .bool("scale", \.scale),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<GroupNormalization>] = [
    LayerWeight("gamma", \.gamma) { layer, input in layer.scale ? [input.channels] : nil },
    LayerWeight("beta", \.beta) { layer, input in layer.center ? [input.channels] : nil },
  ]

  /// The number of groups, which divides the number of channels; -1 for one per channel.
  public var groups: Int
  /// ε, added to the variance.
  public var epsilon: Double
  /// Whether the layer has a β.
  public var center: Bool
  /// Whether the layer has a γ.
  public var scale: Bool
  /// The options of γ.
  public var gamma = WeightOptions(Ones())
  /// The options of β.
  public var beta = WeightOptions(Zeros())

  /// Creates a layer with Keras' defaults.
  public init(groups: Int = 32, epsilon: Double = 1e-3, center: Bool = true, scale: Bool = true) {
    self.groups = groups
    self.epsilon = epsilon
    self.center = center
    self.scale = scale
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard groups == -1 || input.channels % groups == 0 else {
      throw LayerShapeError(
        needs: "a number of channels that its \(groups) groups divide", advice: "set groups to a divisor of them")
    }
    try checkWeights(for: input)
    return input
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    GroupNormalizationOperation(layer: self, output: TensorLayout(site.input.shape))
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    [
      .groupNormalization(
        groups: groups == -1 ? input.channels : groups, gamma: scale ? "gamma" : nil, beta: center ? "beta" : nil,
        epsilon: epsilon)
    ]
  }
}

struct GroupNormalizationOperation: Operation {
  let layer: GroupNormalization
  let output: TensorLayout

  private var channels: Int { output.shape.channels }
  private var positions: Int { output.shape.count / channels }
  private var groups: Int { layer.groups == -1 ? channels : layer.groups }
  private var groupSize: Int { channels / groups }
  private var betaOffset: Int { layer.scale ? FloatBuffer.aligned(channels) : 0 }

  var backwardReads: BackwardReads { .inputs }
  /// The mean and 1 / √(variance + ε) of each group, repeated for its channels.
  var keptBytes: Int { 2 * channels * MemoryLayout<Float>.stride }
  /// Two numbers per channel.
  func scratchCount(samples: Int) -> Int { 2 * channels }

  private func statistics(_ frame: Frame, _ sample: Int) -> UnsafeMutablePointer<Float> {
    frame.kept.bindMemory(to: Float.self, capacity: 2 * channels * frame.samples) + 2 * channels * sample
  }

  func forward(_ frame: Frame) {
    let (channels, positions) = (channels, positions)
    let (scale, beta) = (frame.scratch, layer.center ? frame.variables + betaOffset : nil)
    for sample in 0..<frame.samples {
      let (x, y) = (frame.input + sample * output.shape.count, frame.output + sample * output.shape.count)
      let mean = statistics(frame, sample)
      computeStatistics(x, mean)
      for c in 0..<channels { scale[c] = mean[channels + c] * (layer.scale ? frame.variables[c] : 1) }
      for position in 0..<positions {
        let (x, y) = (x + position * channels, y + position * channels)
        if let beta {
          for c in 0..<channels { y[c] = (x[c] - mean[c]) * scale[c] + beta[c] }
        } else {
          for c in 0..<channels { y[c] = (x[c] - mean[c]) * scale[c] }
        }
      }
    }
  }

  /// Fills the mean and 1 / √(variance + ε) of each channel's group.
  private func computeStatistics(_ x: UnsafePointer<Float>, _ mean: UnsafeMutablePointer<Float>) {
    let (channels, rest) = (channels, mean + channels)
    mean.update(repeating: 0, count: channels)
    for position in 0..<positions {
      let x = x + position * channels
      for c in 0..<channels { mean[c] += x[c] }
    }
    average(mean)
    rest.update(repeating: 0, count: channels)
    for position in 0..<positions {
      let x = x + position * channels
      for c in 0..<channels { rest[c] += (x[c] - mean[c]) * (x[c] - mean[c]) }
    }
    average(rest)
    let epsilon = Float(layer.epsilon)
    for c in 0..<channels { rest[c] = 1 / (rest[c] + epsilon).squareRoot() }
  }

  /// Replaces the sums of channels by the means of their groups.
  private func average(_ sums: UnsafeMutablePointer<Float>) {
    let count = Float(groupSize * positions)
    for first in stride(from: 0, to: channels, by: groupSize) {
      var sum: Float = 0
      for c in first..<first + groupSize { sum += sums[c] }
      for c in first..<first + groupSize { sums[c] = sum / count }
    }
  }

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    let (channels, positions) = (channels, positions)
    let (products, sums) = (frame.scratch, frame.scratch + channels)
    let (gamma, beta) = (layer.scale ? gradients : nil, layer.center ? gradients + betaOffset : nil)
    gamma?.update(repeating: 0, count: channels)
    beta?.update(repeating: 0, count: channels)
    for sample in samples {
      let mean = statistics(frame, sample)
      products.update(repeating: 0, count: 2 * channels)
      for position in 0..<positions {
        let first = sample * output.shape.count + position * channels
        let (x, dy) = (frame.input + first, frame.outputGradient + first)
        for c in 0..<channels {
          products[c] += dy[c] * (x[c] - mean[c])
          sums[c] += dy[c]
        }
      }
      if let gamma { for c in 0..<channels { gamma[c] += products[c] * mean[channels + c] } }
      if let beta { for c in 0..<channels { beta[c] += sums[c] } }
    }
  }

  /// dx = (g − mean(g) − x̂ · mean(g·x̂)) / √(variance + ε), with g = dy · γ.
  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let (channels, positions) = (channels, positions)
    let (sums, products) = (frame.scratch, frame.scratch + channels)
    for sample in 0..<frame.samples {
      let first = sample * output.shape.count
      let (x, dy, dx) = (frame.input + first, frame.outputGradient + first, inputGradient + first)
      let (mean, deviation) = (statistics(frame, sample), statistics(frame, sample) + channels)
      sums.update(repeating: 0, count: 2 * channels)
      for row in stride(from: 0, to: positions * channels, by: channels) {
        for c in 0..<channels {
          sums[c] += dy[row + c]
          products[c] += dy[row + c] * ((x[row + c] - mean[c]) * deviation[c])
        }
      }
      if layer.scale {
        for c in 0..<channels {
          sums[c] *= frame.variables[c]
          products[c] *= frame.variables[c]
        }
      }
      average(sums)
      average(products)
      for row in stride(from: 0, to: positions * channels, by: channels) {
        for c in 0..<channels {
          let g = dy[row + c] * (layer.scale ? frame.variables[c] : 1)
          let normalized = (x[row + c] - mean[c]) * deviation[c]
          dx[row + c] = ((g - sums[c]) - normalized * products[c]) * deviation[c]
        }
      }
    }
  }
}
