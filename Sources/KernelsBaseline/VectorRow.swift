/// A row of vectors in registers: a row of a tile.
protocol VectorRow {
  /// The number of vectors.
  static var width: Int { get }

  /// Zeros.
  init()
  /// Loads the floats at `p`.
  init(_ p: UnsafePointer<Float>)
  /// Loads the floats at `p`, only the first `last` of the last vector; nothing past them is read.
  init(_ p: UnsafePointer<Float>, last: Int)
  /// Loads vectors that start `stride` floats apart.
  init(_ p: UnsafePointer<Float>, stride: Int)
  /// Loads the first `count` floats of vectors that start `stride` floats apart; nothing past them is read.
  init(_ p: UnsafePointer<Float>, stride: Int, first count: Int)

  /// Adds a·b.
  mutating func add(_ a: Vector, times b: Self)
  /// Adds b.
  mutating func add(_ b: Self)
  /// Replaces negative values with 0.
  mutating func applyRelu()

  /// Pools four rows, and stores the maxima and the index of the row of each; only the first `last` lanes of the last
  /// vector.
  static func storeLargest(
    _ rows: (Self, Self, Self, Self), relu: Bool, _ output: UnsafeMutablePointer<Float>,
    _ selected: UnsafeMutablePointer<UInt8>, last: Int)

  /// Stores all vectors at `p`.
  func store(_ p: UnsafeMutablePointer<Float>)
  /// Stores all vectors, only the first `last` lanes of the last.
  func store(_ p: UnsafeMutablePointer<Float>, last: Int)
}

/// A row of one vector.
struct OneVector: VectorRow {
  var v: Vector

  @_transparent static var width: Int { 1 }
  @_transparent init() { v = Vector() }
  @_transparent init(_ p: UnsafePointer<Float>) { v = loadVector(p) }
  @_transparent init(_ p: UnsafePointer<Float>, last: Int) { v = loadFirst(last, p) }
  @_transparent init(_ p: UnsafePointer<Float>, stride: Int) { v = loadVector(p) }
  @_transparent init(_ p: UnsafePointer<Float>, stride: Int, first count: Int) { v = loadFirst(count, p) }
  @_transparent mutating func add(_ a: Vector, times b: Self) { v = multiplyAdd(a, b.v, v) }
  @_transparent mutating func add(_ b: Self) { v += b.v }
  @_transparent mutating func applyRelu() { v = relu(v) }
  @_transparent static func storeLargest(
    _ rows: (Self, Self, Self, Self), relu: Bool, _ output: UnsafeMutablePointer<Float>,
    _ selected: UnsafeMutablePointer<UInt8>, last: Int
  ) {
    PoolWindow(v0: rows.0.v, v1: rows.1.v, v2: rows.2.v, v3: rows.3.v).store(output, selected, last, relu: relu)
  }
  @_transparent func store(_ p: UnsafeMutablePointer<Float>) { storeVector(v, p) }
  @_transparent func store(_ p: UnsafeMutablePointer<Float>, last: Int) { storeFirst(last, v, p) }
}

/// A row of one vector more than `Rest`.
struct OneMore<Rest: VectorRow>: VectorRow {
  var rest: Rest
  var v: Vector

  @_transparent static var width: Int { Rest.width + 1 }
  @_transparent static var start: Int { Rest.width * lanes }
  @_transparent init() {
    rest = Rest()
    v = Vector()
  }
  @_transparent init(_ p: UnsafePointer<Float>) {
    rest = Rest(p)
    v = loadVector(p + Self.start)
  }
  @_transparent init(_ p: UnsafePointer<Float>, last: Int) {
    rest = Rest(p)
    v = loadFirst(last, p + Self.start)
  }
  @_transparent init(_ p: UnsafePointer<Float>, stride: Int) {
    rest = Rest(p, stride: stride)
    v = loadVector(p + Rest.width * stride)
  }
  @_transparent init(_ p: UnsafePointer<Float>, stride: Int, first count: Int) {
    rest = Rest(p, stride: stride, first: count)
    v = loadFirst(count, p + Rest.width * stride)
  }
  @_transparent mutating func add(_ a: Vector, times b: Self) {
    rest.add(a, times: b.rest)
    v = multiplyAdd(a, b.v, v)
  }
  @_transparent mutating func add(_ b: Self) {
    rest.add(b.rest)
    v += b.v
  }
  @_transparent mutating func applyRelu() {
    rest.applyRelu()
    v = relu(v)
  }
  @_transparent static func storeLargest(
    _ rows: (Self, Self, Self, Self), relu: Bool, _ output: UnsafeMutablePointer<Float>,
    _ selected: UnsafeMutablePointer<UInt8>, last: Int
  ) {
    Rest.storeLargest(
      (rows.0.rest, rows.1.rest, rows.2.rest, rows.3.rest), relu: relu, output, selected, last: lanes)
    PoolWindow(v0: rows.0.v, v1: rows.1.v, v2: rows.2.v, v3: rows.3.v)
      .store(output + start, selected + start, last, relu: relu)
  }
  @_transparent func store(_ p: UnsafeMutablePointer<Float>) {
    rest.store(p)
    storeVector(v, p + Self.start)
  }
  @_transparent func store(_ p: UnsafeMutablePointer<Float>, last: Int) {
    rest.store(p)
    storeFirst(last, v, p + Self.start)
  }
}

typealias Row1 = OneVector
typealias Row2 = OneMore<Row1>
typealias Row3 = OneMore<Row2>
#if MARTLET_V4
  typealias Row4 = OneMore<Row3>
  typealias Row5 = OneMore<Row4>
  /// The widest row of a tile.
  typealias WidestRow = Row5
#elseif MARTLET_V3
  typealias WidestRow = Row3
#else
  /// Without FMA, products need registers too.
  typealias WidestRow = Row2
#endif

/// A computation for the columns of one row of a tile.
protocol ColumnPanel {
  func callAsFunction<Row: VectorRow>(_ row: Row.Type)
}

/// Runs it with the row of `width` vectors.
@_transparent
func withRow<Panel: ColumnPanel>(width: Int, _ panel: Panel) {
  switch width {
  case 1: panel(Row1.self)
  #if MARTLET_V4
    case 2: panel(Row2.self)
    case 3: panel(Row3.self)
    case 4: panel(Row4.self)
  #elseif MARTLET_V3
    case 2: panel(Row2.self)
  #endif
  default: panel(WidestRow.self)
  }
}

/// The division of columns into panels: as few and as even as possible.
struct ColumnPanels {
  let columns: Int

  @_transparent init(columns: Int) { self.columns = columns }

  @_transparent private var vectors: Int { (columns + lanes - 1) / lanes }
  @_transparent var count: Int { (vectors + WidestRow.width - 1) / WidestRow.width }
  /// The first vector of a panel; for the panel after the last, the number of vectors.
  @_transparent func firstVector(of panel: Int) -> Int { vectors * panel / count }
  @_transparent func firstColumn(of panel: Int) -> Int { firstVector(of: panel) * lanes }
  @_transparent func width(of panel: Int) -> Int { firstVector(of: panel + 1) - firstVector(of: panel) }
  /// The number of columns in the last vector of a panel.
  @_transparent func lastLanes(of panel: Int) -> Int {
    min(lanes, columns - (firstVector(of: panel + 1) - 1) * lanes)
  }
  /// The number of floats in a row of all panels.
  @_transparent var paddedColumns: Int { vectors * lanes }
}
