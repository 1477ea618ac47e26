import Configuration

/// x where it is positive, else α·x with a trainable α for each value of a sample, or one for all values along some axes.
///
/// Source: K. He et al., "Delving Deep into Rectifiers", 2015.
public struct PReLU: WeightedLayer, Equatable {
  public static let className = "PReLU"
  public static let typeName = "prelu"
  public static let prototype = PReLU()
  private static let ownSchema: Schema = [
    .integers(
      "shared_axes", \.sharedAxes, in: 1...LayerLimits.axes, wording: "a list of axes, 1 for the first of a sample")
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<PReLU>] = [
    LayerWeight("alpha", \.alpha) { layer, input in layer.alphaShape(for: input) }
  ]

  /// The axes of a sample, from 1, along which α is the same: [1, 2] for one α per channel of images.
  public var sharedAxes: [Int]
  /// The options of α.
  public var alpha = WeightOptions(Zeros())

  /// Creates a layer.
  public init(sharedAxes: [Int] = []) { self.sharedAxes = sharedAxes }

  public func outputShape(for input: Shape) throws -> Shape {
    if let last = sharedAxes.max(), last > input.dimensions.count {
      throw LayerShapeError(needs: "inputs with \(last) or more axes, as its shared_axes say")
    }
    try checkWeights(for: input)
    return input
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    PReLUOperation(output: TensorLayout(site.input.shape), alpha: alphaShape(for: site.input.shape))
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.parametricRelu(alpha: "alpha")] }

  private func alphaShape(for input: Shape) -> Shape {
    Shape(input.dimensions.enumerated().map { sharedAxes.contains($0 + 1) ? 1 : $1 })
  }
}

struct PReLUOperation: Operation {
  let output: TensorLayout
  /// For each value of a sample, the index of its α.
  private let indices: [Int32]
  private let alphaCount: Int

  init(output: TensorLayout, alpha: Shape) {
    self.output = output
    alphaCount = alpha.count
    var indices: [Int32] = [0]
    for (size, alphas) in zip(output.shape.dimensions, alpha.dimensions) {
      indices = indices.flatMap { first in
        (0..<size).map { first * Int32(alphas) + (alphas == 1 ? 0 : Int32($0)) }
      }
    }
    self.indices = indices
  }

  var backwardReads: BackwardReads { .inputs }

  func forward(_ frame: Frame) {
    let alpha = frame.variables
    forEachSample(frame.samples) { first, indices in
      let (x, y) = (frame.input + first, frame.output + first)
      for index in 0..<indices.count { y[index] = x[index] > 0 ? x[index] : alpha[Int(indices[index])] * x[index] }
    }
  }

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    gradients.update(repeating: 0, count: alphaCount)
    let start = samples.lowerBound * output.shape.count
    forEachSample(samples.count) { first, indices in
      let (x, dy) = (frame.input + start + first, frame.outputGradient + start + first)
      for index in 0..<indices.count where x[index] < 0 { gradients[Int(indices[index])] += dy[index] * x[index] }
    }
  }

  /// The gradient at 0 is 0, as in Keras.
  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let alpha = frame.variables
    forEachSample(frame.samples) { first, indices in
      let (x, dy, dx) = (frame.input + first, frame.outputGradient + first, inputGradient + first)
      for index in 0..<indices.count {
        dx[index] = x[index] > 0 ? dy[index] : x[index] < 0 ? alpha[Int(indices[index])] * dy[index] : 0
      }
    }
  }

  @inline(__always)
  private func forEachSample(_ samples: Int, _ body: (_ first: Int, _ indices: UnsafeBufferPointer<Int32>) -> Void) {
    indices.withUnsafeBufferPointer { indices in
      for sample in 0..<samples { body(sample * indices.count, indices) }
    }
  }
}
