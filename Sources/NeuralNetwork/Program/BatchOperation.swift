/// An operation that needs sums over the whole batch, such as the means and variances of batch normalization.
///
/// Its forward pass reads statistics that follow from sums over all samples of the batch, so it begins a segment of the
/// program: all samples have passed the operations before it when it starts. Likewise its backward pass.
///
/// The sums are made of a row for each sample, in `Double`, added in the order of `SampleTree`: they do not depend on how
/// the batch is divided.
public protocol BatchOperation: Operation {
  /// The numbers of a sample's row, in each direction.
  var sumCount: Int { get }
  /// The floats of `Frame.statistics`: what the sums of the forward pass come to.
  var statisticsCount: Int { get }

  /// Computes the rows of the forward pass.
  ///
  /// - Parameter rows: (samples, sumCount), overwritten.
  func forwardSums(_ frame: Frame, rows: UnsafeMutablePointer<Double>)

  /// Computes the statistics, and what the state variables become if the step is made.
  ///
  /// - Parameters:
  ///   - sums: of all rows.
  ///   - samples: of the batch.
  ///   - variables, state: the present values of the operation's trainable and other variables.
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
