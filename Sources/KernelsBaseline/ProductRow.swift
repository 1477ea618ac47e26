/// A single row.
struct ProductRow<Row: VectorRow>: ProductRows {
  private var sums: Row
  private let values: UnsafePointer<Float>

  @_transparent static var count: Int { 1 }
  @_transparent init<Places: Offsets>(
    _ a: UnsafePointer<Float>, _ offsets: Places, from first: Int, last: Int, start: Row
  ) {
    sums = start
    values = a + offsets[min(first, last)]
  }
  @_transparent mutating func add(at offset: Int, times columns: Row) {
    sums.add(Vector(repeating: values[offset]), times: columns)
  }
  @_transparent mutating func add(_ count: Int, at offset: Int, times columns: Row) {
    sums.add(loadFirst(count, values + offset), times: columns)
  }
  @_transparent mutating func applyRelu() { sums.applyRelu() }
  @_transparent func forEachRow<Target: Offsets>(
    _ c: UnsafeMutablePointer<Float>, _ offsets: Target, from first: Int, last: Int,
    _ store: (Row, UnsafeMutablePointer<Float>) -> Void
  ) {
    if first <= last { store(sums, c + offsets[first]) }
  }
}
