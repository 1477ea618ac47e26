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
struct MatrixProduct<Places: Offsets, Depth: Offsets, Target: Offsets> {
  let a: UnsafePointer<Float>
  let rowOffsets: Places
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

  /// Multiplies some rows at a time; the last ones as `Last`, if they are few enough.
  @inline(__always)
  func multiply<Rows: ProductRows, Last: ProductRows>(_: Rows.Type, last: Last.Type) where Rows.Row == Last.Row {
    let start = bias.map { Rows.Row($0) } ?? Rows.Row()
    var row = 0
    while rows - row > Last.count {
      multiply(Rows(a, rowOffsets, from: row, last: rows - 1, start: start), from: row)
      row += Rows.count
    }
    if row < rows { multiply(Last(a, rowOffsets, from: row, last: rows - 1, start: start), from: row) }
  }

  @inline(__always)
  private func multiply<Rows: ProductRows>(_ zero: Rows, from row: Int) {
    var product = zero
    if isPacked || lastLanes == lanes {
      for index in 0..<depth { product.add(at: depthOffsets[index], times: Rows.Row(b + index * bStride)) }
    } else {
      for index in 0..<depth {
        product.add(at: depthOffsets[index], times: Rows.Row(b + index * bStride, last: lastLanes))
      }
    }
    if lastLanes == lanes {
      product.store(destination, c, targetOffsets, from: row, last: rows - 1, lanes: lanes)
    } else {
      product.store(destination, c, targetOffsets, from: row, last: rows - 1, lanes: lastLanes)
    }
  }
}

// As many rows as registers allow: the narrower a row, the more rows, so that enough sums are independent of each other.
// Rows left at the end, if few, take half as many.

#if MARTLET_V4
  // Of 32 registers, 10 to 25 hold sums, the others the columns and a value.
  extension MatrixProduct {
    @_transparent func callAsFunction(width: Int) {
      switch width {
      case 1: multiply(Rows10<Row1>.self, last: Rows5<Row1>.self)
      case 2: multiply(Rows10<Row2>.self, last: Rows5<Row2>.self)
      case 3: multiply(Rows8<Row3>.self, last: Rows4<Row3>.self)
      case 4: multiply(Rows6<Row4>.self, last: Rows3<Row4>.self)
      default: multiply(Rows5<Row5>.self, last: Rows3<Row5>.self)
      }
    }
  }
#elseif MARTLET_V3
  // Of 16 registers, 8 to 12 hold sums, the others the columns and a value.
  extension MatrixProduct {
    @_transparent func callAsFunction(width: Int) {
      switch width {
      case 1: multiply(Rows8<Row1>.self, last: Rows4<Row1>.self)
      case 2: multiply(Rows6<Row2>.self, last: Rows3<Row2>.self)
      default: multiply(Rows4<Row3>.self, last: Rows2<Row3>.self)
      }
    }
  }
#else
  // Without FMA, products need registers too.
  extension MatrixProduct {
    @_transparent func callAsFunction(width: Int) {
      switch width {
      case 1: multiply(Rows8<Row1>.self, last: Rows4<Row1>.self)
      default: multiply(Rows4<Row2>.self, last: Rows2<Row2>.self)
      }
    }
  }
#endif
