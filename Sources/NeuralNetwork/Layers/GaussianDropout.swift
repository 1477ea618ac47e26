import Configuration
import Randomness

/// Multiplies its inputs in training by normal numbers with mean 1 and variance rate / (1 − rate); the identity in
/// inference.
///
/// The factors are a function of (seed, layer, step, position in the batch, position in the sample in Keras' order): they
/// are the same after an interruption, and do not depend on the memory layout.
public struct GaussianDropout: UnaryLayer, Equatable {
  public static let className = "GaussianDropout"
  public static let typeName = "gaussian_dropout"
  public static let prototype = GaussianDropout(rate: 0)
  public static let schema: Schema = [.number("rate", \.rate, where: .belowOne, isRequired: true)]

  /// The rate of the `Dropout` with the same variance: at least 0, below 1.
  public var rate: Double

  /// Creates a layer. Precondition: a rate of at least 0 and below 1.
  public init(rate: Double) {
    precondition(rate >= 0 && rate < 1, "rate must be at least 0 and below 1, got \(rate)")
    self.rate = rate
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? {
    guard site.mode == .training, rate > 0 else { return nil }
    return GaussianDropoutOperation(
      deviation: Float((rate / (1 - rate)).squareRoot()), output: site.input, layerIndex: site.layerIndex)
  }

  public var keepsLayout: Bool { true }

  /// Empty: exported models are for inference.
  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [] }
}

struct GaussianDropoutOperation: Operation {
  let deviation: Float
  let output: TensorLayout
  let layerIndex: Int

  private var count: Int { output.shape.count }
  var backwardReads: BackwardReads { [] }
  /// The factor of each value.
  var keptBytes: Int { count * MemoryLayout<Float>.stride }

  private func factors(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    frame.kept.bindMemory(to: Float.self, capacity: count * frame.samples)
  }

  func forward(_ frame: Frame) {
    let factors = factors(frame)
    for sample in 0..<frame.samples {
      var numbers = NormalNumbers(
        RandomStream(
          seed: frame.pass.seed, purpose: .gaussianDropout, epoch: layerIndex, step: frame.pass.step,
          sample: frame.firstPosition + sample))
      let first = sample * count
      output.forEachValue { _, offset in
        factors[first + offset] = 1 + numbers.next() * deviation
        frame.output[first + offset] = frame.input[first + offset] * factors[first + offset]
      }
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let dx = frame.inputGradient else { return }
    let (dy, factors) = (frame.outputGradient, factors(frame))
    for index in 0..<frame.samples * count { dx[index] = dy[index] * factors[index] }
  }
}
