/// A model's outputs for a number of samples, with their targets.
public struct ModelOutputs {
  /// (samples, count)
  public let values: UnsafePointer<Float>
  /// The number of samples.
  public let samples: Int
  /// The number of outputs per sample.
  public let count: Int
  /// Whether the values are the argument of the model's final softmax, which the loss applies.
  public let isLogits: Bool
  /// The targets of the samples.
  public let targets: Targets

  /// Creates outputs (samples, count) with their targets.
  public init(_ values: UnsafePointer<Float>, samples: Int, count: Int, isLogits: Bool, targets: Targets) {
    self.values = values
    self.samples = samples
    self.count = count
    self.isLogits = isLogits
    self.targets = targets
  }

  /// The outputs for one sample.
  public func row(_ sample: Int) -> UnsafePointer<Float> { values + sample * count }
}
