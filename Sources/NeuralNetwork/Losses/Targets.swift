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
