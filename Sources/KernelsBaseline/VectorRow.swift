/// Some vectors side by side in registers: a row of a tile.
protocol VectorRow {
  /// The vectors in it.
  static var width: Int { get }

  /// Zeros.
  init()
  /// The floats from `p` on.
  init(_ p: UnsafePointer<Float>)
  /// The floats from `p` on, of which the last vector has only the first `last`; nothing beyond is read.
  init(_ p: UnsafePointer<Float>, last: Int)
  /// Vectors that start `stride` floats apart.
  init(_ p: UnsafePointer<Float>, stride: Int)
  /// The first `count` floats of vectors that start `stride` floats apart; nothing beyond is read.
  init(_ p: UnsafePointer<Float>, stride: Int, first count: Int)

  /// Adds a·b.
  mutating func add(_ a: Vector, times b: Self)
  /// Adds b.
  mutating func add(_ b: Self)
  /// Replaces negative values by 0.
  mutating func applyRelu()

  /// Pools four rows, and stores the largest values and which of the rows each is from; of the last vector only the
  /// first `last` lanes.
  static func storeLargest(
    _ rows: (Self, Self, Self, Self), relu: Bool, _ output: UnsafeMutablePointer<Float>,
    _ selected: UnsafeMutablePointer<UInt8>, last: Int)

  /// Stores all vectors from `p` on.
  func store(_ p: UnsafeMutablePointer<Float>)
  /// Stores all vectors, of the last one only the first `last` lanes.
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

/// A row of one vector more than `Rest` has.
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
  /// The widest row that a tile can have.
  typealias WidestRow = Row5
#elseif MARTLET_V3
  typealias WidestRow = Row3
#else
  /// Without FMA, products need registers too.
  typealias WidestRow = Row2
#endif

/// Something to do for columns as wide as a row.
protocol ColumnPanel {
  func callAsFunction<Row: VectorRow>(_ row: Row.Type)
}

/// Does it with the row of `width` vectors.
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

/// How columns are cut into panels: as few as possible, and as even as possible.
struct ColumnPanels {
  let columns: Int

  @_transparent init(columns: Int) { self.columns = columns }

  @_transparent private var vectors: Int { (columns + lanes - 1) / lanes }
  @_transparent var count: Int { (vectors + WidestRow.width - 1) / WidestRow.width }
  /// The first vector of a panel; that of the panel behind the last is the number of vectors.
  @_transparent func firstVector(of panel: Int) -> Int { vectors * panel / count }
  @_transparent func firstColumn(of panel: Int) -> Int { firstVector(of: panel) * lanes }
  @_transparent func width(of panel: Int) -> Int { firstVector(of: panel + 1) - firstVector(of: panel) }
  /// The columns in the last vector of a panel.
  @_transparent func lastLanes(of panel: Int) -> Int {
    min(lanes, columns - (firstVector(of: panel + 1) - 1) * lanes)
  }
  /// The floats of a row of all panels.
  @_transparent var paddedColumns: Int { vectors * lanes }
}
