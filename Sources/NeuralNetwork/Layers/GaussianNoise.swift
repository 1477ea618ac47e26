import Configuration
import ElementaryFunctions
import Randomness

/// Adds zero-mean Gaussian noise to its inputs in training; the identity in inference.
///
/// The noise is a function of (seed, layer, step, position in the batch, position in the sample in Keras' order): it is
/// the same after an interruption, and does not depend on the memory layout.
public struct GaussianNoise: UnaryLayer, Equatable {
  public static let className = "GaussianNoise"
  public static let typeName = "gaussian_noise"
  public static let prototype = GaussianNoise(stddev: 0)
  public static let schema: Schema = [
    .number("stddev", \.stddev, where: .upToOne, isRequired: true)
  ]

  /// The standard deviation: from 0 to 1.
  public var stddev: Double

  /// Creates a layer. Precondition: a standard deviation from 0 to 1.
  public init(stddev: Double) {
    precondition(stddev >= 0 && stddev <= 1, "a standard deviation is from 0 to 1, got \(stddev)")
    self.stddev = stddev
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? {
    guard site.mode == .training, stddev > 0 else { return nil }
    return GaussianNoiseOperation(stddev: Float(stddev), output: site.input, layerIndex: site.layerIndex)
  }

  public var keepsLayout: Bool { true }

  /// Empty: exported models are for inference.
  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [] }
}

struct GaussianNoiseOperation: Operation {
  let stddev: Float
  let output: TensorLayout
  let layerIndex: Int

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let count = output.shape.count
    for sample in 0..<frame.samples {
      var noise = NormalNumbers(
        RandomStream(
          seed: frame.pass.seed, purpose: .noise, epoch: layerIndex, step: frame.pass.step,
          sample: frame.firstPosition + sample))
      let (x, y) = (frame.input + sample * count, frame.output + sample * count)
      output.forEachValue { _, offset in y[offset] = x[offset] + noise.next() * stddev }
    }
  }

  func inputGradients(_ frame: Frame) {
    frame.inputGradient?.update(from: frame.outputGradient, count: frame.samples * output.shape.count)
  }
}

/// Standard normal random numbers, two from each pair of random words.
///
/// Source: G. Box, M. Muller, "A Note on the Generation of Random Normal Deviates", Annals of Mathematical Statistics 29
/// (1958).
struct NormalNumbers {
  private var random: RandomStream
  private var second: Float?

  init(_ random: RandomStream) { self.random = random }

  mutating func next() -> Float {
    if let number = second {
      second = nil
      return number
    }
    // Strictly between 0 and 1: the logarithm is finite.
    let radius = (-2 * Elementary.log((Double(random.nextWord()) + 0.5) * 0x1p-32)).squareRoot()
    let angle = Double(random.nextWord()) * 0x1p-32 * (2 * Double.pi)
    second = Float(radius * Elementary.sin(angle))
    return Float(radius * Elementary.cos(angle))
  }
}
