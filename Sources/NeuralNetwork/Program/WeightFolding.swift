/// The weights of a convolution or dense layer with the following batch normalization folded into them. For each output
/// channel:
///
///     s = γ / √(variance + ε)
///     folded kernel = kernel · s
///     folded bias = β + (bias − mean) · s
///
/// They are computed in `Double` and rounded once, after each change of the variables.
package struct WeightFolding: Sendable {
  /// The floats of the folded kernel and bias, which the operation uses instead of variables, and of the scratch to
  /// compute them; and the offset among all foldings.
  package let count: Int
  package let offset: Int

  /// The offset of a variable.
  private struct Place {
    let isTrainable: Bool
    let offset: Int
  }

  private let kernel: Place
  private let bias: Place?
  private let gamma: Place?
  private let beta: Place?
  private let mean: Place
  private let variance: Place
  private let epsilon: Double
  private let channels: Int
  private let kernelCount: Int
  /// The memory stride between the weights of adjacent channels.
  private let channelStride: Int
  private let biasOffset: Int
  private let scaleOffset: Int

  /// - Parameters:
  ///   - layer: the index of the convolution or dense layer.
  ///   - normalization: the index of the batch normalization after it.
  ///   - layouts: the layouts of all variables.
  init(_ plan: ModelPlan, kernel layer: Int, normalization: Int, layouts: [ParameterLayout], offset: Int) {
    func index(_ name: String, of layer: Int) -> Int? {
      plan.nodes[layer].variables.first { plan.variables[$0].name == name }
    }
    func place(_ name: String, of layer: Int) -> Place? {
      index(name, of: layer).map {
        Place(isTrainable: plan.variables[$0].role == .trainable, offset: plan.variables[$0].offset)
      }
    }
    guard let kernelIndex = index("kernel", of: layer), let kernel = place("kernel", of: layer),
      let mean = place("moving_mean", of: normalization), let variance = place("moving_variance", of: normalization),
      let layer = plan.nodes[normalization].layer as? BatchNormalization,
      let channels = plan.variables[kernelIndex].shape.dimensions.last
    else { preconditionFailure("folding needs a layer with a kernel and a normalization") }
    self.offset = offset
    self.kernel = kernel
    self.mean = mean
    self.variance = variance
    self.channels = channels
    bias = place("bias", of: plan.variables[kernelIndex].layerIndex)
    gamma = place("gamma", of: normalization)
    beta = place("beta", of: normalization)
    epsilon = layer.epsilon
    kernelCount = plan.variables[kernelIndex].shape.count
    channelStride = layouts[kernelIndex].lastAxisStride
    biasOffset = FloatBuffer.aligned(kernelCount)
    scaleOffset = biasOffset + FloatBuffer.aligned(channels)
    count = scaleOffset + FloatBuffer.aligned(2 * channels)
  }

  /// Computes the folded weights.
  ///
  /// - Parameters:
  ///   - variables, state: the flat buffers of all variables.
  ///   - folded: the floats of all foldings; those of this one are overwritten.
  package func fold(
    variables: UnsafePointer<Float>, state: UnsafePointer<Float>, into folded: UnsafeMutablePointer<Float>
  ) {
    func start(_ place: Place) -> UnsafePointer<Float> { (place.isTrainable ? variables : state) + place.offset }
    let own = folded + offset
    let scale = UnsafeMutableRawPointer(own + scaleOffset).bindMemory(to: Double.self, capacity: channels)
    let (mean, variance) = (start(mean), start(variance))
    let (bias, gamma, beta) = (bias.map(start), gamma.map(start), beta.map(start))
    for c in 0..<channels {
      let factor = gamma.map { Double($0[c]) } ?? 1
      scale[c] = factor / (Double(variance[c]) + epsilon).squareRoot()
      let distance = (bias.map { Double($0[c]) } ?? 0) - Double(mean[c])
      own[biasOffset + c] = Float((beta.map { Double($0[c]) } ?? 0) + distance * scale[c])
    }
    let kernel = start(kernel)
    for first in stride(from: 0, to: kernelCount, by: channels * channelStride) {
      for c in 0..<channels {
        let row = first + c * channelStride
        for index in row..<row + channelStride { own[index] = Float(Double(kernel[index]) * scale[c]) }
      }
    }
  }
}
