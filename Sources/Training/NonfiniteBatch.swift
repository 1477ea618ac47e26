import Configuration

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
