import Configuration

/// What to do when the loss of a batch is NaN or infinite.
public enum NonfinitePolicy: String, Sendable, CaseIterable {
  /// The run ends with an error, before the step.
  case stop
  /// The batch is left out: it counts as a step, but changes no weight and is in no mean.
  case skip
}

/// A batch whose loss is NaN or infinite.
public struct NonfiniteBatch: Error, Sendable, Equatable {
  /// The step that it was for, from 1.
  public let step: Int
  /// The epoch, from 1.
  public let epoch: Int
  public let loss: Float
  /// The numbers of its samples in the data set, from 0, in the batch's order.
  public let samples: [Int]
}

extension NonfiniteBatch: CustomStringConvertible {
  public var description: String {
    "step \(step), epoch \(epoch): the loss of the batch is \(loss.digits). Its samples are "
      + samples.map(String.init).joined(separator: ", ") + "."
  }
}
