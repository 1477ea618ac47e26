#if MARTLET_V4
  // The register tile of the matrix kernels for AVX-512: of 32 registers, 25 hold sums, 5 the columns, 1 a row value.

  /// The rows of a tile.
  @_transparent var tileRows: Int { 5 }
  /// The columns of a tile, a vector wide each.
  @_transparent var tileColumns: Int { 5 }

  /// Where the values of a tile's rows start. Rows beyond the last repeat it, so that a tile at the edge computes some
  /// values twice and needs no code of its own.
  struct RowPointers {
    let p0, p1, p2, p3, p4: UnsafePointer<Float>

    @_transparent init(_ start: UnsafePointer<Float>, stride: Int, count: Int) {
      p0 = start
      p1 = start + min(1, count - 1) * stride
      p2 = start + min(2, count - 1) * stride
      p3 = start + min(3, count - 1) * stride
      p4 = start + min(4, count - 1) * stride
    }
  }

  /// Where the values of a tile's columns start; columns beyond the last repeat it.
  struct ColumnPointers {
    let p0, p1, p2, p3, p4: UnsafePointer<Float>

    @_transparent init(_ start: UnsafePointer<Float>, stride: Int, count: Int) {
      p0 = start
      p1 = start + min(1, count - 1) * stride
      p2 = start + min(2, count - 1) * stride
      p3 = start + min(3, count - 1) * stride
      p4 = start + min(4, count - 1) * stride
    }
  }

  /// A vector for each column.
  struct TileRow {
    var v0, v1, v2, v3, v4: Vector

    @_transparent init() {
      v0 = Vector()
      v1 = Vector()
      v2 = Vector()
      v3 = Vector()
      v4 = Vector()
    }

    /// The vectors at `offset` behind each pointer.
    @_transparent init(_ pointers: ColumnPointers, at offset: Int) {
      v0 = loadVector(pointers.p0 + offset)
      v1 = loadVector(pointers.p1 + offset)
      v2 = loadVector(pointers.p2 + offset)
      v3 = loadVector(pointers.p3 + offset)
      v4 = loadVector(pointers.p4 + offset)
    }

    /// The first `count` floats of the vectors at `offset` behind each pointer.
    @_transparent init(_ pointers: ColumnPointers, at offset: Int, first count: Int) {
      v0 = loadFirst(count, pointers.p0 + offset)
      v1 = loadFirst(count, pointers.p1 + offset)
      v2 = loadFirst(count, pointers.p2 + offset)
      v3 = loadFirst(count, pointers.p3 + offset)
      v4 = loadFirst(count, pointers.p4 + offset)
    }

    @_transparent mutating func add(_ a: Vector, times b: TileRow) {
      v0 = multiplyAdd(a, b.v0, v0)
      v1 = multiplyAdd(a, b.v1, v1)
      v2 = multiplyAdd(a, b.v2, v2)
      v3 = multiplyAdd(a, b.v3, v3)
      v4 = multiplyAdd(a, b.v4, v4)
    }

    /// Stores the vectors one after the other.
    @_transparent func store(_ p: UnsafeMutablePointer<Float>) {
      storeVector(v0, p + 0 * lanes)
      storeVector(v1, p + 1 * lanes)
      storeVector(v2, p + 2 * lanes)
      storeVector(v3, p + 3 * lanes)
      storeVector(v4, p + 4 * lanes)
    }
  }

  /// The sums that stay in registers.
  struct Tile {
    var r0, r1, r2, r3, r4: TileRow

    @_transparent init() {
      r0 = TileRow()
      r1 = TileRow()
      r2 = TileRow()
      r3 = TileRow()
      r4 = TileRow()
    }

    /// Adds the vector at `offset` of each row, times the columns, lane by lane.
    @_transparent mutating func addVectors(_ rows: RowPointers, at offset: Int, times columns: TileRow) {
      r0.add(loadVector(rows.p0 + offset), times: columns)
      r1.add(loadVector(rows.p1 + offset), times: columns)
      r2.add(loadVector(rows.p2 + offset), times: columns)
      r3.add(loadVector(rows.p3 + offset), times: columns)
      r4.add(loadVector(rows.p4 + offset), times: columns)
    }

    /// Adds the first `count` floats at `offset` of each row, times the columns, lane by lane.
    @_transparent mutating func addFirst(_ count: Int, _ rows: RowPointers, at offset: Int, times columns: TileRow) {
      r0.add(loadFirst(count, rows.p0 + offset), times: columns)
      r1.add(loadFirst(count, rows.p1 + offset), times: columns)
      r2.add(loadFirst(count, rows.p2 + offset), times: columns)
      r3.add(loadFirst(count, rows.p3 + offset), times: columns)
      r4.add(loadFirst(count, rows.p4 + offset), times: columns)
    }

    /// Adds the one float at `offset` of each row, times the columns.
    @_transparent mutating func addScalars(_ rows: RowPointers, at offset: Int, times columns: TileRow) {
      r0.add(Vector(repeating: rows.p0[offset]), times: columns)
      r1.add(Vector(repeating: rows.p1[offset]), times: columns)
      r2.add(Vector(repeating: rows.p2[offset]), times: columns)
      r3.add(Vector(repeating: rows.p3[offset]), times: columns)
      r4.add(Vector(repeating: rows.p4[offset]), times: columns)
    }

    /// Stores the first `count` rows, `stride` floats apart.
    @_transparent func store(_ p: UnsafeMutablePointer<Float>, stride: Int, count: Int) {
      r0.store(p)
      if count > 1 { r1.store(p + 1 * stride) }
      if count > 2 { r2.store(p + 2 * stride) }
      if count > 3 { r3.store(p + 3 * stride) }
      if count > 4 { r4.store(p + 4 * stride) }
    }
  }

  /// A tile of one column.
  struct NarrowTile {
    var r0, r1, r2, r3, r4: Vector

    @_transparent init() {
      r0 = Vector()
      r1 = Vector()
      r2 = Vector()
      r3 = Vector()
      r4 = Vector()
    }

    /// Adds the one float at `offset` of each row, times the column.
    @_transparent mutating func addScalars(_ rows: RowPointers, at offset: Int, times column: Vector) {
      r0 = multiplyAdd(Vector(repeating: rows.p0[offset]), column, r0)
      r1 = multiplyAdd(Vector(repeating: rows.p1[offset]), column, r1)
      r2 = multiplyAdd(Vector(repeating: rows.p2[offset]), column, r2)
      r3 = multiplyAdd(Vector(repeating: rows.p3[offset]), column, r3)
      r4 = multiplyAdd(Vector(repeating: rows.p4[offset]), column, r4)
    }

    /// Stores the first `width` lanes of the first `count` rows, `stride` floats apart.
    @_transparent func store(_ p: UnsafeMutablePointer<Float>, stride: Int, count: Int, width: Int) {
      storeFirst(width, r0, p)
      if count > 1 { storeFirst(width, r1, p + 1 * stride) }
      if count > 2 { storeFirst(width, r2, p + 2 * stride) }
      if count > 3 { storeFirst(width, r3, p + 3 * stride) }
      if count > 4 { storeFirst(width, r4, p + 4 * stride) }
    }
  }
#endif
