import Configuration
import Kernels
import Randomness

/// In training, sets a fraction of its inputs to 0 and divides the others by 1 − rate; the identity in inference.
///
/// The dropped values are a function of (seed, layer, step, position in the batch, position in the sample in Keras'
/// order): another run with the same seed, or the same run after an interruption, drops the same, whatever the memory
/// order.
///
/// Source: N. Srivastava et al., "Dropout", JMLR 15 (2014), in the inverted form of Keras.
public struct Dropout: UnaryLayer, Equatable {
  public static let className = "Dropout"
  public static let typeName = "dropout"
  public static let prototype = Dropout(rate: 0)
  public static let schema: Schema = [
    .number("rate", \.rate, where: .belowOne, isRequired: true)
  ]

  /// The fraction that is set to 0: at least 0, below 1.
  public var rate: Double

  /// Creates a layer that drops a fraction of its inputs.
  public init(rate: Double) {
    precondition(rate >= 0 && rate < 1, "rate must be at least 0 and below 1, got \(rate)")
    self.rate = rate
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? {
    guard site.mode == .training, rate > 0 else { return nil }
    return DropoutOperation(rate: rate, output: site.input, layerIndex: site.layerIndex, kernels: site.kernels)
  }

  public var keepsLayout: Bool { true }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.dropout(rate: rate)] }
}

struct DropoutOperation: Operation {
  let output: TensorLayout
  private let layerIndex: Int
  /// Values whose random word is below the threshold are dropped.
  private let threshold: UInt32
  private let scale: Float
  private let kernels: KernelSet

  init(rate: Double, output: TensorLayout, layerIndex: Int, kernels: KernelSet) {
    self.output = output
    self.layerIndex = layerIndex
    self.kernels = kernels
    threshold = UInt32(rate * 0x1p32)
    scale = Float(1 / (1 - rate))
  }

  private var count: Int { output.shape.count }

  var backwardReads: BackwardReads { [] }
  /// One bit per value in Keras' order: whether it is kept.
  var keptBytes: Int { (count + 7) / 8 }

  private func bits(_ frame: Frame, _ sample: Int) -> UnsafeMutablePointer<UInt8> {
    frame.kept.assumingMemoryBound(to: UInt8.self) + sample * keptBytes
  }

  func forward(_ frame: Frame) {
    for sample in 0..<frame.samples {
      let random = RandomStream(
        seed: frame.pass.seed, purpose: .dropout, epoch: layerIndex, step: frame.pass.step,
        sample: frame.firstPosition + sample)
      kernels.randomBits(
        key: random.key, counter: random.counter, threshold: threshold, count: count, bits: bits(frame, sample))
      keep(bits(frame, sample), of: frame.input + sample * count, into: frame.output + sample * count)
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    for sample in 0..<frame.samples {
      keep(bits(frame, sample), of: frame.outputGradient + sample * count, into: inputGradient + sample * count)
    }
  }

  /// Scales the kept values of a sample, and sets the others to 0.
  private func keep(
    _ bits: UnsafePointer<UInt8>, of x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    if output.channelsFirstImage == nil {
      return kernels.scaleWhereBits(x, bits: bits, factor: scale, outputs: y, count: count)
    }
    output.forEachValue { index, offset in
      y[offset] = bits[index / 8] >> UInt8(index % 8) & 1 == 1 ? x[offset] * scale : 0
    }
  }
}
