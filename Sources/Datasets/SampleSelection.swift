/// The samples of a data set among those that are stored.
package enum SampleSelection: Sendable {
  case range(Range<Int>)
  /// In this order; a sample may occur more than once.
  case indices([Int32])

  package var count: Int {
    switch self {
    case .range(let range): range.count
    case .indices(let indices): indices.count
    }
  }

  /// The stored index of a sample.
  package subscript(sample: Int) -> Int {
    switch self {
    case .range(let range): range.lowerBound + sample
    case .indices(let indices): Int(indices[sample])
    }
  }

  func part(_ part: Range<Int>) -> SampleSelection {
    switch self {
    case .range(let range): .range(range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
    case .indices(let indices): .indices(Array(indices[part]))
    }
  }

  /// The samples at some positions, in their order.
  func samples(at positions: [Int]) -> SampleSelection { .indices(positions.map { Int32(self[$0]) }) }
}
