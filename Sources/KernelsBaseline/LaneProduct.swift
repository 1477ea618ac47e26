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

  /// Two tiles at a time: the sums of one would wait for each other.
  @inline(__always)
  func callAsFunction() {
    let start = bias.map { Row1($0, last: columns) } ?? Row1()
    var row = 0
    while rows - row > tileRows {
      let count = min(tileRows, rows - row - tileRows)
      let first = RowPointers(a, rowOffsets, from: row, count: tileRows)
      let second = RowPointers(a, rowOffsets, from: row + tileRows, count: count)
      var (sums, more) = (Tile(repeating: start), Tile(repeating: start))
      if columns == lanes {
        for index in 0..<depth {
          let (offset, values) = (depthOffsets[index], Row1(b + index * stride))
          sums.addVectors(first, at: offset, times: values)
          more.addVectors(second, at: offset, times: values)
        }
      } else {
        for index in 0..<depth {
          let (offset, values) = (depthOffsets[index], Row1(b + index * stride, last: columns))
          sums.addFirst(columns, first, at: offset, times: values)
          more.addFirst(columns, second, at: offset, times: values)
        }
      }
      store(sums, from: row, count: tileRows)
      store(more, from: row + tileRows, count: count)
      row += 2 * tileRows
    }
    if row < rows { addLast(from: row, start) }
  }

  @inline(__always)
  private func addLast(from row: Int, _ start: Row1) {
    let pointers = RowPointers(a, rowOffsets, from: row, count: rows - row)
    var sums = Tile(repeating: start)
    for index in 0..<depth {
      sums.addFirst(
        columns, pointers, at: depthOffsets[index], times: Row1(b + index * stride, last: columns))
    }
    store(sums, from: row, count: rows - row)
  }

  @inline(__always)
  private func store(_ tile: Tile<Row1>, from row: Int, count: Int) {
    var tile = tile
    let last = columns
    switch destination {
    case .add:
      tile.forEachRow(c, Strided(stride), from: row, count: count) { sums, target in
        var total = Row1(target, last: last)
        total.add(sums)
        total.store(target, last: last)
      }
      return
    case .overwriteWithRelu: tile.applyRelu()
    case .overwrite: break
    }
    tile.forEachRow(c, Strided(stride), from: row, count: count) { sums, target in sums.store(target, last: last) }
  }
}
