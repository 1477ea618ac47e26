/// What becomes of the sums of a matrix product.
enum ProductDestination {
  case overwrite
  /// Overwrites with ReLU of the sums.
  case overwriteWithRelu
  case add
}

/// c (rows, columns) = a (rows, depth) · b (depth, columns), for as many columns as a tile is wide.
///
/// The one matrix product behind dense layers and convolutions: they differ in where the values of `a` and the rows of
/// `c` stand. A convolution needs no copy of its patches: its positions and its taps are two tables of offsets into the
/// image. Each value of `c` is one sum over the depth in order, whatever the tile it falls in.
struct MatrixProduct<Rows: Offsets, Depth: Offsets, Target: Offsets>: ColumnPanel {
  let a: UnsafePointer<Float>
  let rowOffsets: Rows
  let depthOffsets: Depth
  let b: UnsafePointer<Float>
  let bStride: Int
  let c: UnsafeMutablePointer<Float>
  let targetOffsets: Target
  let rows: Int
  let depth: Int
  /// The columns in the last vector; nothing of `c` behind them is touched.
  let lastLanes: Int
  /// Whether the rows of `b` are filled up to whole vectors; if not, nothing behind the columns is read.
  var isPacked = false
  /// What the sums start from, a value for each column and as many as there are lanes; nil for 0.
  var bias: UnsafePointer<Float>? = nil
  var destination = ProductDestination.overwrite

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_: Row.Type) {
    let start = bias.map { Row($0) } ?? Row()
    var row = 0
    while row < rows {
      let count = min(tileRows, rows - row)
      multiplyTile(
        RowPointers(a, rowOffsets, from: row, count: count), from: row, count: count, start: start)
      row += tileRows
    }
  }

  @inline(__always)
  private func multiplyTile<Row: VectorRow>(_ pointers: RowPointers, from row: Int, count: Int, start: Row) {
    var tile = Tile(repeating: start)
    if isPacked || lastLanes == lanes {
      for index in 0..<depth {
        tile.addScalars(pointers, at: depthOffsets[index], times: Row(b + index * bStride))
      }
    } else {
      for index in 0..<depth {
        tile.addScalars(pointers, at: depthOffsets[index], times: Row(b + index * bStride, last: lastLanes))
      }
    }
    store(tile, from: row, count: count)
  }

  @inline(__always)
  private func store<Row: VectorRow>(_ tile: Tile<Row>, from row: Int, count: Int) {
    var tile = tile
    let last = lastLanes
    switch destination {
    case .add:
      tile.forEachRow(c, targetOffsets, from: row, count: count) { sums, target in
        var total = Row(target, last: last)
        total.add(sums)
        total.store(target, last: last)
      }
      return
    case .overwriteWithRelu: tile.applyRelu()
    case .overwrite: break
    }
    tile.forEachRow(c, targetOffsets, from: row, count: count) { sums, target in sums.store(target, last: last) }
  }
}
