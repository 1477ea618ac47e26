import Configuration

/// The policy for a batch whose loss is NaN or infinite.
public enum NonfinitePolicy: String, Sendable, CaseIterable {
  /// End the run with an error, before the step.
  case stop
  /// Skip the batch: it counts as a step, but changes no weight and no mean.
  case skip
}

/// A batch whose loss is NaN or infinite.
public struct NonfiniteBatch: Error, Sendable, Equatable {
  /// The step, from 1.
  public let step: Int
  /// The epoch, from 1.
  public let epoch: Int
  /// The mean loss of the batch.
  public let loss: Float
  /// The indices of its samples in the data set, from 0, in the batch's order.
  public let samples: [Int]
}

extension NonfiniteBatch: CustomStringConvertible {
  public var description: String {
    "step \(step), epoch \(epoch): the loss of the batch is \(loss.digits). Its samples are "
      + samples.map(String.init).joined(separator: ", ") + "."
  }
}
