import CVector

/// c (rows) = Σ over the depth of a (row + depth) · b (depth), per lane, for one vector of columns.
///
/// The sums of depthwise convolutions, where no channel meets another one. As in `MatrixProduct`, rows and depth are
/// tables of offsets: positions and taps of the kernel, or the other way around.
struct LaneProduct {
  let a: UnsafePointer<Float>
  let rowOffsets: Tabled
  let depthOffsets: Tabled
  let b: UnsafePointer<Float>
  let c: UnsafeMutablePointer<Float>
  /// The distance of the rows of `b`, and of those of `c`.
  let stride: Int
  let rows: Int
  let depth: Int
  /// The columns in the vector; nothing past them is accessed.
  let columns: Int
  /// The initial value of each column; nil for 0.
  var bias: UnsafePointer<Float>? = nil
  var destination = ProductDestination.overwrite

  /// Nine rows at a time: the taps of a 3x3 kernel.
  @inline(__always)
  func callAsFunction() {
    if columns == lanes { multiply(columns: lanes) } else { multiply(columns: columns) }
  }

  @inline(__always)
  private func multiply(columns: Int) {
    let start = bias.map { Row1($0, last: columns) } ?? Row1()
    var row = 0
    while rows - row > Rows4<Row1>.count {
      multiply(Rows9<Row1>(a, rowOffsets, from: row, last: rows - 1, start: start), from: row, columns)
      row += Rows9<Row1>.count
    }
    if row < rows { multiply(Rows4<Row1>(a, rowOffsets, from: row, last: rows - 1, start: start), from: row, columns) }
  }

  @inline(__always)
  private func multiply<Rows: ProductRows>(_ zero: Rows, from row: Int, _ columns: Int) where Rows.Row == Row1 {
    var product = zero
    for index in 0..<depth {
      product.add(columns, at: depthOffsets[index], times: Row1(b + index * stride, last: columns))
    }
    product.store(destination, c, Strided(stride), from: row, last: rows - 1, lanes: columns)
  }
}
