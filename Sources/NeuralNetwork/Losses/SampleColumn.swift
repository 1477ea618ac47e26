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
