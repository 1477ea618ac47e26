/// The model's outputs for some samples, and what they are compared with.
public struct ModelOutputs {
  /// (samples, count)
  public let values: UnsafePointer<Float>
  public let samples: Int
  /// The values of a sample.
  public let count: Int
  /// Whether the values are the argument of the model's final softmax, which the program leaves to the loss.
  public let isLogits: Bool
  public let targets: Targets

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

/// What the outputs for some samples are compared with.
public enum Targets {
  /// A class for each sample, from 0 to the outputs of a sample − 1: (samples)
  case classes(UnsafePointer<Int32>)
  /// Numbers for each sample: (samples, count)
  case values(UnsafePointer<Float>, count: Int)

  /// The class of a sample; of numbers the place of the first largest.
  public func classIndex(_ sample: Int) -> Int {
    switch self {
    case .classes(let classes): Int(classes[sample])
    case .values(let values, let count): Accuracy.largestIndex(values + sample * count, count: count)
    }
  }

  /// A number of a sample. A class is a number of its own where the model has one output, and a row of zeros with a 1 in its
  /// place where it has several.
  ///
  /// - Parameter outputs: how many the model has.
  @inline(__always)
  public func value(_ sample: Int, _ index: Int, outputs: Int) -> Float {
    switch self {
    case .classes(let classes): outputs == 1 ? Float(classes[sample]) : Int(classes[sample]) == index ? 1 : 0
    case .values(let values, let count): values[sample * count + index]
    }
  }
}

/// One number of each sample, in rows of several.
public struct SampleColumn {
  private let start: UnsafeMutablePointer<Double>
  private let stride: Int

  /// - Parameters:
  ///   - start: the number of the first sample.
  ///   - stride: the numbers of a row.
  public init(_ start: UnsafeMutablePointer<Double>, stride: Int = 1) {
    self.start = start
    self.stride = stride
  }

  public subscript(sample: Int) -> Double {
    get { start[sample * stride] }
    nonmutating set { start[sample * stride] = newValue }
  }
}
