/// Offsets of the values of a row, a column or a target, in floats.
protocol Offsets {
  subscript(index: Int) -> Int { get }
}

/// Offsets at a fixed stride.
struct Strided: Offsets {
  let stride: Int

  @_transparent init(_ stride: Int) { self.stride = stride }
  subscript(index: Int) -> Int { @_transparent get { index * stride } }
}

/// Offsets from a table.
struct Tabled: Offsets {
  let table: UnsafePointer<Int32>

  @_transparent init(_ table: UnsafePointer<Int32>) { self.table = table }
  subscript(index: Int) -> Int { @_transparent get { Int(table[index]) } }
}
