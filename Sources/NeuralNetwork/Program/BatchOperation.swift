/// An operation that needs sums over the whole batch, such as the means and variances of batch normalization.
///
/// Its forward pass reads statistics derived from sums over all samples of the batch, so it begins a segment of the
/// program: it starts after all samples have passed the operations before it. The same holds for its backward pass.
///
/// A sum has a row per sample, in `Double`, added in the order of `SampleTree`: it does not depend on how the batch is
/// divided.
public protocol BatchOperation: Operation {
  /// The number of sums per direction.
  var sumCount: Int { get }
  /// The floats of `Frame.statistics`, computed from the sums of the forward pass.
  var statisticsCount: Int { get }

  /// Computes the rows of the forward pass.
  ///
  /// - Parameter rows: (samples, sumCount), overwritten.
  func forwardSums(_ frame: Frame, rows: UnsafeMutablePointer<Double>)

  /// Computes the statistics, and the next values of the state variables.
  ///
  /// - Parameters:
  ///   - sums: the sums over all rows.
  ///   - samples: the number of samples in the batch.
  ///   - variables, state: the current values of the operation's trainable and other variables.
  ///   - nextState: overwritten; laid out as `state`.
  func finishForward(
    _ sums: UnsafePointer<Double>, samples: Int, statistics: UnsafeMutablePointer<Float>,
    variables: UnsafePointer<Float>, state: UnsafePointer<Float>, nextState: UnsafeMutablePointer<Float>)

  /// Computes the rows of the backward pass, after the gradient of the output is complete.
  func backwardSums(_ frame: Frame, rows: UnsafeMutablePointer<Double>)

  /// Computes the gradients of the trainable variables over the whole batch, and what `inputGradients` needs.
  ///
  /// - Parameter gradients: overwritten; laid out as `Frame.variables`.
  func finishBackward(
    _ sums: UnsafePointer<Double>, samples: Int, statistics: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>)
}
