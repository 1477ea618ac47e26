/// The memory that one operation works on for some samples of a batch.
public struct Frame {
  package let shards: ShardBounds
  public let pass: Pass
  /// The position in the batch of the frame's first sample.
  public let firstPosition: Int
  /// The operation's variables that an optimizer can change, one after the other, each on a cache line.
  public let variables: UnsafePointer<Float>
  /// Its other variables, likewise.
  public let state: UnsafePointer<Float>
  /// `Operation.keptBytes` for each sample.
  public let kept: UnsafeMutableRawPointer
  public let scratch: UnsafeMutablePointer<Float>
  public let constants: UnsafeMutablePointer<Float>
  /// `BatchOperation.statisticsCount` floats, the same for all samples of the batch.
  public let statistics: UnsafePointer<Float>
  /// Output, gradient of the output, and for each input its values and their gradient.
  let addresses: UnsafePointer<UnsafeMutablePointer<Float>?>

  public var samples: Int { shards.samples }

  /// (samples, output…)
  public var output: UnsafeMutablePointer<Float> { addresses[0].unsafelyUnwrapped }

  /// (samples, output…); the backward pass may overwrite it.
  public var outputGradient: UnsafeMutablePointer<Float> { addresses[1].unsafelyUnwrapped }

  /// (samples, input…)
  public func input(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(addresses[2 + 2 * index].unsafelyUnwrapped) }

  /// (samples, input…), to be overwritten; nil if the gradient is not needed.
  public func inputGradient(_ index: Int) -> UnsafeMutablePointer<Float>? { addresses[3 + 2 * index] }

  /// Of the first input.
  public var input: UnsafePointer<Float> { input(0) }
  public var inputGradient: UnsafeMutablePointer<Float>? { inputGradient(0) }
}
