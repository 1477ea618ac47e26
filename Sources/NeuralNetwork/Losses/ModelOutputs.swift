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

/// The targets of a number of samples.
public enum Targets {
  /// A class per sample, from 0 to the number of outputs − 1: (samples)
  case classes(UnsafePointer<Int32>)
  /// Values per sample: (samples, count)
  case values(UnsafePointer<Float>, count: Int)

  /// The class of a sample; for values the index of the first maximum.
  public func classIndex(_ sample: Int) -> Int {
    switch self {
    case .classes(let classes): Int(classes[sample])
    case .values(let values, let count): Accuracy.largestIndex(values + sample * count, count: count)
    }
  }

  /// A target value of a sample. A class is a single value if the model has one output, and one-hot if it has several.
  ///
  /// - Parameter outputs: the number of the model's outputs.
  @inline(__always)
  public func value(_ sample: Int, _ index: Int, outputs: Int) -> Float {
    switch self {
    case .classes(let classes): outputs == 1 ? Float(classes[sample]) : Int(classes[sample]) == index ? 1 : 0
    case .values(let values, let count): values[sample * count + index]
    }
  }
}

/// A column of a matrix with a row per sample.
public struct SampleColumn {
  private let start: UnsafeMutablePointer<Double>
  private let stride: Int

  /// - Parameters:
  ///   - start: the value of the first sample.
  ///   - stride: the number of values per row.
  public init(_ start: UnsafeMutablePointer<Double>, stride: Int = 1) {
    self.start = start
    self.stride = stride
  }

  /// The value of a sample.
  public subscript(sample: Int) -> Double {
    get { start[sample * stride] }
    nonmutating set { start[sample * stride] = newValue }
  }
}
