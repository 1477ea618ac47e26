/// The operation that writes the sums of a matrix product.
enum ProductDestination {
  case overwrite
  /// Overwrites with ReLU of the sums.
  case overwriteWithRelu
  case add
}

/// c (rows, columns) = a (rows, depth) · b (depth, columns), for the columns of one tile.
///
/// The matrix product of both dense layers and convolutions: they differ in the offsets of the values of `a` and the
/// rows of `c`. A convolution needs no copy of its patches: its positions and its taps are two tables of offsets into
/// the image. Each value of `c` is one sum over the depth in order, whichever tile computes it.
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
  /// The columns in the last vector; `c` is not accessed past them.
  let lastLanes: Int
  /// Whether the rows of `b` are padded to whole vectors; if not, nothing past the columns is read.
  var isPacked = false
  /// The initial value of each column, padded to whole vectors; nil for 0.
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
