/// Which pass a frame belongs to: what dropout, noise and augmentation draw their random numbers for.
public struct Pass: Sendable {
  public enum Mode: Sendable {
    case training
    /// Evaluation and prediction.
    case inference
  }

  public var mode: Mode
  /// The seed of the run.
  public var seed: UInt64
  /// The epoch, from 0, and the step of the whole run, from 0.
  public var epoch: Int
  public var step: Int
  /// The position of the batch's first sample in the epoch's order.
  public var firstSample: Int

  public init(mode: Mode, seed: UInt64 = 0, epoch: Int = 0, step: Int = 0, firstSample: Int = 0) {
    self.mode = mode
    self.seed = seed
    self.epoch = epoch
    self.step = step
    self.firstSample = firstSample
  }

  public static let inference = Pass(mode: .inference)
}
