/// The identity of a pass: the key of random numbers for dropout, noise and augmentation.
public struct Pass: Sendable {
  /// The mode of a pass.
  public enum Mode: Sendable {
    case training
    /// Evaluation and prediction.
    case inference
  }

  /// Training or inference.
  public var mode: Mode
  /// The seed of the run.
  public var seed: UInt64
  /// The epoch, from 0.
  public var epoch: Int
  /// The step of the whole run, from 0.
  public var step: Int
  /// The index of the batch's first sample in the epoch's order.
  public var firstSample: Int

  /// Creates a pass.
  public init(mode: Mode, seed: UInt64 = 0, epoch: Int = 0, step: Int = 0, firstSample: Int = 0) {
    self.mode = mode
    self.seed = seed
    self.epoch = epoch
    self.step = step
    self.firstSample = firstSample
  }

  /// The pass of evaluation and prediction, which needs no random numbers.
  public static let inference = Pass(mode: .inference)
}
