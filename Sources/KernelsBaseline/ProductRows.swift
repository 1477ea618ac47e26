/// Rows of a matrix product: their sums, which stay in registers, and where their values of `a` start.
protocol ProductRows {
  associatedtype Row: VectorRow
  /// The number of rows.
  static var count: Int { get }

  /// Rows from `first` on whose sums are `start`. Those past `last` repeat it, so that rows at the edge compute some values
  /// twice and need no code of their own.
  init<Places: Offsets>(_ a: UnsafePointer<Float>, _ offsets: Places, from first: Int, last: Int, start: Row)
  /// Adds the value at `offset` of each row, times the columns.
  mutating func add(at offset: Int, times columns: Row)
  /// Adds the first `count` values from `offset` on of each row, times the columns, per lane.
  mutating func add(_ count: Int, at offset: Int, times columns: Row)
  /// Replaces negative sums with 0.
  mutating func applyRelu()
  /// Writes the sums of the rows up to `last` to the targets in `offsets`, with `store`.
  func forEachRow<Target: Offsets>(
    _ c: UnsafeMutablePointer<Float>, _ offsets: Target, from first: Int, last: Int,
    _ store: (Row, UnsafeMutablePointer<Float>) -> Void)
}

extension ProductRows {
  /// Writes the sums of the rows up to `last` to the targets in `offsets`.
  ///
  /// - Parameter count: the lanes of the last vector of each row; a constant `lanes` compiles to stores without a mask,
  ///   which take many times as long on some processors.
  @inline(__always)
  func store<Target: Offsets>(
    _ destination: ProductDestination, _ c: UnsafeMutablePointer<Float>, _ offsets: Target, from first: Int, last: Int,
    lanes count: Int
  ) {
    var product = self
    switch destination {
    case .add:
      product.forEachRow(c, offsets, from: first, last: last) { sums, target in
        var total = Row(target, last: count)
        total.add(sums)
        total.store(target, last: count)
      }
      return
    case .overwriteWithRelu: product.applyRelu()
    case .overwrite: break
    }
    product.forEachRow(c, offsets, from: first, last: last) { $0.store($1, last: count) }
  }
}
