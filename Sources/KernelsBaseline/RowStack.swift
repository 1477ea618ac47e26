/// A stack of rows of vectors in registers: rows of a kernel.
protocol RowStack {
  /// Loads rows that start `stride` floats apart; only the first `last` lanes of each row's last vector, and zeros.
  init(_ p: UnsafePointer<Float>, stride: Int, last: Int)
  /// Adds the rows at `p`, times a value.
  mutating func add(_ value: Float, times p: UnsafePointer<Float>, stride: Int)
  /// The same, with only the first `last` lanes of each row's last vector; nothing past them is read.
  mutating func add(_ value: Float, times p: UnsafePointer<Float>, stride: Int, last: Int)
  /// Stores the rows, with only the first `last` lanes of each row's last vector.
  func store(_ p: UnsafeMutablePointer<Float>, stride: Int, last: Int)
}

/// A single row.
struct Stack1<Row: VectorRow>: RowStack {
  var row: Row

  @_transparent init(_ p: UnsafePointer<Float>, stride: Int, last: Int) { row = Row(p, last: last) }
  @_transparent mutating func add(_ value: Float, times p: UnsafePointer<Float>, stride: Int) {
    row.add(Vector(repeating: value), times: Row(p))
  }
  @_transparent mutating func add(_ value: Float, times p: UnsafePointer<Float>, stride: Int, last: Int) {
    row.add(Vector(repeating: value), times: Row(p, last: last))
  }
  @_transparent func store(_ p: UnsafeMutablePointer<Float>, stride: Int, last: Int) { row.store(p, last: last) }
}

/// One row more than `Rest`.
struct StackedOn<Rest: RowStack, Row: VectorRow>: RowStack {
  var rest: Rest
  var row: Stack1<Row>

  @_transparent init(_ p: UnsafePointer<Float>, stride: Int, last: Int) {
    row = Stack1(p, stride: stride, last: last)
    rest = Rest(p + stride, stride: stride, last: last)
  }
  @_transparent mutating func add(_ value: Float, times p: UnsafePointer<Float>, stride: Int) {
    row.add(value, times: p, stride: stride)
    rest.add(value, times: p + stride, stride: stride)
  }
  @_transparent mutating func add(_ value: Float, times p: UnsafePointer<Float>, stride: Int, last: Int) {
    row.add(value, times: p, stride: stride, last: last)
    rest.add(value, times: p + stride, stride: stride, last: last)
  }
  @_transparent func store(_ p: UnsafeMutablePointer<Float>, stride: Int, last: Int) {
    row.store(p, stride: stride, last: last)
    rest.store(p + stride, stride: stride, last: last)
  }
}

typealias Stack2<Row: VectorRow> = StackedOn<Stack1<Row>, Row>
typealias Stack3<Row: VectorRow> = StackedOn<Stack2<Row>, Row>
