/// The rows of `Upper`, followed by those of `Lower`.
struct JoinedRows<Upper: ProductRows, Lower: ProductRows>: ProductRows where Upper.Row == Lower.Row {
  private var upper: Upper
  private var lower: Lower

  @_transparent static var count: Int { Upper.count + Lower.count }
  @_transparent init<Places: Offsets>(
    _ a: UnsafePointer<Float>, _ offsets: Places, from first: Int, last: Int, start: Upper.Row
  ) {
    upper = Upper(a, offsets, from: first, last: last, start: start)
    lower = Lower(a, offsets, from: first + Upper.count, last: last, start: start)
  }
  @_transparent mutating func add(at offset: Int, times columns: Upper.Row) {
    upper.add(at: offset, times: columns)
    lower.add(at: offset, times: columns)
  }
  @_transparent mutating func add(_ count: Int, at offset: Int, times columns: Upper.Row) {
    upper.add(count, at: offset, times: columns)
    lower.add(count, at: offset, times: columns)
  }
  @_transparent mutating func applyRelu() {
    upper.applyRelu()
    lower.applyRelu()
  }
  @_transparent func forEachRow<Target: Offsets>(
    _ c: UnsafeMutablePointer<Float>, _ offsets: Target, from first: Int, last: Int,
    _ store: (Upper.Row, UnsafeMutablePointer<Float>) -> Void
  ) {
    upper.forEachRow(c, offsets, from: first, last: last, store)
    lower.forEachRow(c, offsets, from: first + Upper.count, last: last, store)
  }
}

typealias Rows2<Row: VectorRow> = JoinedRows<ProductRow<Row>, ProductRow<Row>>
typealias Rows3<Row: VectorRow> = JoinedRows<Rows2<Row>, ProductRow<Row>>
typealias Rows4<Row: VectorRow> = JoinedRows<Rows2<Row>, Rows2<Row>>
typealias Rows5<Row: VectorRow> = JoinedRows<Rows3<Row>, Rows2<Row>>
typealias Rows6<Row: VectorRow> = JoinedRows<Rows3<Row>, Rows3<Row>>
typealias Rows8<Row: VectorRow> = JoinedRows<Rows4<Row>, Rows4<Row>>
typealias Rows9<Row: VectorRow> = JoinedRows<Rows5<Row>, Rows4<Row>>
typealias Rows10<Row: VectorRow> = JoinedRows<Rows5<Row>, Rows5<Row>>
