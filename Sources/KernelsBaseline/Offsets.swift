/// Where the values of a row, a column or a target stand, in floats from the first.
protocol Offsets {
  subscript(index: Int) -> Int { get }
}

/// At a fixed distance.
struct Strided: Offsets {
  let stride: Int

  @_transparent init(_ stride: Int) { self.stride = stride }
  subscript(index: Int) -> Int { @_transparent get { index * stride } }
}

/// As a table says.
struct Tabled: Offsets {
  let table: UnsafePointer<Int32>

  @_transparent init(_ table: UnsafePointer<Int32>) { self.table = table }
  subscript(index: Int) -> Int { @_transparent get { Int(table[index]) } }
}
