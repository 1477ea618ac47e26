/// The memory of one operation for some samples of a batch.
public struct Frame {
  /// The gradients that a backward pass computes. Those of variables are computed separately in the wide plan of a
  /// step, and not at all in a frozen layer.
  enum Gradients {
    case all
    case ofInputs
    case ofVariables
  }

  package let shards: ShardBounds
  /// The pass that the frame belongs to.
  public let pass: Pass
  /// The index in the batch of the frame's first sample.
  public let firstPosition: Int
  /// The operation's trainable variables, frozen or not, in order, each aligned to a cache line.
  public let variables: UnsafePointer<Float>
  /// Its other variables, likewise.
  public let state: UnsafePointer<Float>
  /// `Operation.keptBytes` bytes per sample, one sample after the other.
  public let kept: UnsafeMutableRawPointer
  /// `Operation.keptGradientBytes` bytes per sample, likewise.
  public let keptGradient: UnsafeMutableRawPointer
  /// `Operation.scratchCount` floats; undefined before each call.
  public let scratch: UnsafeMutablePointer<Float>
  /// `Operation.constantCount` floats, filled once by `prepare`.
  public let constants: UnsafeMutablePointer<Float>
  /// `BatchOperation.statisticsCount` floats, the same for all samples of the batch.
  public let statistics: UnsafePointer<Float>
  /// The factor of the gradient of each sample's penalties: 1 / (samples of the batch); 0 where they do not count.
  let penaltyScale: Float
  /// The gradients that are computed for its samples.
  let gradients: Gradients
  /// Output, gradient of the output, and for each input its values and their gradient.
  let addresses: UnsafePointer<UnsafeMutablePointer<Float>?>

  /// The number of samples.
  public var samples: Int { shards.samples }

  /// (samples, output…)
  public var output: UnsafeMutablePointer<Float> { addresses[0].unsafelyUnwrapped }

  /// (samples, output…); only `Operation.beginBackward` may overwrite it.
  public var outputGradient: UnsafeMutablePointer<Float> { addresses[1].unsafelyUnwrapped }

  /// (samples, input…)
  public func input(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(addresses[2 + 2 * index].unsafelyUnwrapped) }

  /// (samples, input…), to be overwritten; nil if the gradient is not needed.
  public func inputGradient(_ index: Int) -> UnsafeMutablePointer<Float>? {
    gradients == .ofVariables ? nil : addresses[3 + 2 * index]
  }

  /// The first input: (samples, input…)
  public var input: UnsafePointer<Float> { input(0) }
  /// The gradient of the first input; nil if it is not needed.
  public var inputGradient: UnsafeMutablePointer<Float>? { inputGradient(0) }
}
