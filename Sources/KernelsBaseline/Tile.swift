#if !MARTLET_V4
  // The register tile of the matrix kernels for 16 registers: 12 hold sums, 3 the columns, 1 a row value. One more
  // spills.

  /// The rows of a tile.
  @_transparent var tileRows: Int { 4 }

  /// The start of each row of a tile. Rows past the last repeat it, so that a tile at the edge computes some values
  /// twice and needs no code of its own.
  struct RowPointers {
    let p0, p1, p2, p3: UnsafePointer<Float>

    @_transparent init<Rows: Offsets>(_ start: UnsafePointer<Float>, _ offsets: Rows, from first: Int, count: Int) {
      p0 = start + offsets[first]
      p1 = start + offsets[first + min(1, count - 1)]
      p2 = start + offsets[first + min(2, count - 1)]
      p3 = start + offsets[first + min(3, count - 1)]
    }
  }

  /// Sums that stay in registers.
  struct Tile<Row: VectorRow> {
    var r0, r1, r2, r3: Row

    @_transparent init(repeating row: Row) {
      r0 = row
      r1 = row
      r2 = row
      r3 = row
    }

    /// Loads rows that start `stride` floats apart.
    @_transparent init(_ p: UnsafePointer<Float>, stride: Int) {
      r0 = Row(p)
      r1 = Row(p + 1 * stride)
      r2 = Row(p + 2 * stride)
      r3 = Row(p + 3 * stride)
    }

    /// Adds the value at `offset` of each row, times the columns.
    @_transparent mutating func addScalars(_ rows: RowPointers, at offset: Int, times columns: Row) {
      r0.add(Vector(repeating: rows.p0[offset]), times: columns)
      r1.add(Vector(repeating: rows.p1[offset]), times: columns)
      r2.add(Vector(repeating: rows.p2[offset]), times: columns)
      r3.add(Vector(repeating: rows.p3[offset]), times: columns)
    }

    /// Adds the vector at `offset` of each row, times the columns, per lane.
    @_transparent mutating func addVectors(_ rows: RowPointers, at offset: Int, times columns: Row) {
      r0.add(loadVector(rows.p0 + offset), times: columns)
      r1.add(loadVector(rows.p1 + offset), times: columns)
      r2.add(loadVector(rows.p2 + offset), times: columns)
      r3.add(loadVector(rows.p3 + offset), times: columns)
    }

    /// Adds the first `count` floats at `offset` of each row, times the columns, per lane.
    @_transparent mutating func addFirst(_ count: Int, _ rows: RowPointers, at offset: Int, times columns: Row) {
      r0.add(loadFirst(count, rows.p0 + offset), times: columns)
      r1.add(loadFirst(count, rows.p1 + offset), times: columns)
      r2.add(loadFirst(count, rows.p2 + offset), times: columns)
      r3.add(loadFirst(count, rows.p3 + offset), times: columns)
    }

    /// Adds rows that start `stride` floats apart.
    @_transparent mutating func add(_ p: UnsafePointer<Float>, stride: Int) {
      r0.add(Row(p))
      r1.add(Row(p + 1 * stride))
      r2.add(Row(p + 2 * stride))
      r3.add(Row(p + 3 * stride))
    }

    /// Writes the first `count` rows to the targets in `offsets`, with `store`.
    @_transparent func forEachRow<Target: Offsets>(
      _ start: UnsafeMutablePointer<Float>, _ offsets: Target, from first: Int, count: Int,
      _ store: (Row, UnsafeMutablePointer<Float>) -> Void
    ) {
      store(r0, start + offsets[first])
      if count > 1 { store(r1, start + offsets[first + 1]) }
      if count > 2 { store(r2, start + offsets[first + 2]) }
      if count > 3 { store(r3, start + offsets[first + 3]) }
    }
  }
#endif
