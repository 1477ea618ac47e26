import CVector

// The sums for the kernel gradient of a convolution over one channel followed by 2x2 max pooling: for some columns of
// some filters' kernels at a time, so that both the sums and their shared pixels stay in registers.

/// The taps per kernel column whose gradients are summed at a time.
@_transparent var tapRows: Int { 5 }

/// The maximum number of filters whose gradients are summed at a time: two share pixels if there are enough registers.
@_transparent var filtersAtATime: Int {
  #if MARTLET_V4
    2
  #else
    1
  #endif
}

/// The pixels of six successive kernel rows in one kernel column. Rows past the last repeat it: their sums are not
/// collected.
struct PixelRows {
  let p0, p1, p2, p3, p4, p5: UnsafePointer<Float>

  @_transparent init(_ image: PackedImage, firstRow: Int, lastRow: Int) {
    p0 = UnsafePointer(image.pixels(row: firstRow))
    p1 = UnsafePointer(image.pixels(row: min(firstRow + 1, lastRow)))
    p2 = UnsafePointer(image.pixels(row: min(firstRow + 2, lastRow)))
    p3 = UnsafePointer(image.pixels(row: min(firstRow + 3, lastRow)))
    p4 = UnsafePointer(image.pixels(row: min(firstRow + 4, lastRow)))
    p5 = UnsafePointer(image.pixels(row: min(firstRow + 5, lastRow)))
  }

  @_transparent private init(moving rows: PixelRows, by offset: Int) {
    p0 = rows.p0 + offset
    p1 = rows.p1 + offset
    p2 = rows.p2 + offset
    p3 = rows.p3 + offset
    p4 = rows.p4 + offset
    p5 = rows.p5 + offset
  }

  @_transparent func movedRight(by offset: Int) -> PixelRows { PixelRows(moving: self, by: offset) }
}

/// The strides between the sums of two filters, and between those of two kernel columns, in floats.
struct SumStrides {
  let filter: Int
  let column: Int
}

/// Pixels of a row and their right neighbors, one for each kernel column.
protocol RowPixels {
  /// - Parameter planeCount: the stride between a pixel and its neighbor, in floats.
  init(_ row: UnsafePointer<Float>, _ planeCount: Int)
}

struct TwoPixels: RowPixels {
  let left: Vector
  let right: Vector

  @_transparent init(_ row: UnsafePointer<Float>, _ planeCount: Int) {
    self.init(left: loadVector(row), right: loadVector(row + planeCount))
  }

  @_transparent init(left: Vector, right: Vector) {
    self.left = left
    self.right = right
  }

  @_transparent func side(_ isRight: Mask) -> Vector { choose(isRight, right, left) }
}

struct ThreePixels: RowPixels {
  let first: TwoPixels
  let second: TwoPixels

  @_transparent init(_ row: UnsafePointer<Float>, _ planeCount: Int) {
    first = TwoPixels(row, planeCount)
    second = TwoPixels(left: first.right, right: loadVector(row + 2 * planeCount))
  }
}

/// Gradients at a vector of positions.
protocol PlacedGradients {
  init(_ spread: SpreadGradients, _ vector: Int)
}

/// The gradients of one filter, and their positions in the window.
struct FilterGradient: PlacedGradients {
  let value: Vector
  let isLower: Mask
  let isRight: Mask

  @_transparent init(_ spread: SpreadGradients, _ vector: Int) { self.init(spread, 0, vector) }

  @_transparent init(_ spread: SpreadGradients, _ filter: Int, _ vector: Int) {
    value = loadVector(spread.gradient(filter, vector))
    isLower = spread.isLower(filter, vector).pointee
    isRight = spread.isRight(filter, vector).pointee
  }
}

struct TwoGradients: PlacedGradients {
  let first: FilterGradient
  let second: FilterGradient

  @_transparent init(_ spread: SpreadGradients, _ vector: Int) {
    first = FilterGradient(spread, 0, vector)
    second = FilterGradient(spread, 1, vector)
  }
}

/// The sums of `tapRows` taps of some columns of some filters' kernels, per lane, with the pixels of the gradients as
/// the taps move down.
protocol TapSums {
  associatedtype Pixels: RowPixels
  associatedtype Gradients: PlacedGradients
  static var filters: Int { get }
  static var columns: Int { get }

  init(_ sums: UnsafePointer<Float>, _ strides: SumStrides)
  /// Starts with the pixels of the first row.
  mutating func begin(_ gradients: Gradients, _ pixels: Pixels)
  /// Adds the taps whose windows end with this row.
  mutating func add(_ gradients: Gradients, _ pixels: Pixels, tap: Int)
  func store(_ sums: UnsafeMutablePointer<Float>, _ strides: SumStrides)
}

/// Only one of the four pixels of a window gets the gradient: it is selected first, so that there is one multiplication
/// instead of four.
struct OneColumn: TapSums {
  private var s0, s1, s2, s3, s4: Vector
  private var upper = Vector()

  @_transparent static var filters: Int { 1 }
  @_transparent static var columns: Int { 1 }

  @_transparent init(_ sums: UnsafePointer<Float>, _ strides: SumStrides) {
    s0 = loadVector(sums)
    s1 = loadVector(sums + lanes)
    s2 = loadVector(sums + 2 * lanes)
    s3 = loadVector(sums + 3 * lanes)
    s4 = loadVector(sums + 4 * lanes)
  }

  @_transparent mutating func begin(_ gradient: FilterGradient, _ pixels: TwoPixels) {
    upper = pixels.side(gradient.isRight)
  }

  @_transparent mutating func add(_ gradient: FilterGradient, _ pixels: TwoPixels, tap: Int) {
    let lower = pixels.side(gradient.isRight)
    let pixel = choose(gradient.isLower, lower, upper)
    switch tap {
    case 0: s0 = multiplyAdd(gradient.value, pixel, s0)
    case 1: s1 = multiplyAdd(gradient.value, pixel, s1)
    case 2: s2 = multiplyAdd(gradient.value, pixel, s2)
    case 3: s3 = multiplyAdd(gradient.value, pixel, s3)
    default: s4 = multiplyAdd(gradient.value, pixel, s4)
    }
    upper = lower
  }

  @_transparent func store(_ sums: UnsafeMutablePointer<Float>, _ strides: SumStrides) {
    storeVector(s0, sums)
    storeVector(s1, sums + lanes)
    storeVector(s2, sums + 2 * lanes)
    storeVector(s3, sums + 3 * lanes)
    storeVector(s4, sums + 4 * lanes)
  }
}

struct TwoColumns: TapSums {
  private var first: OneColumn
  private var second: OneColumn

  @_transparent static var filters: Int { 1 }
  @_transparent static var columns: Int { 2 }

  @_transparent init(_ sums: UnsafePointer<Float>, _ strides: SumStrides) {
    first = OneColumn(sums, strides)
    second = OneColumn(sums + strides.column, strides)
  }

  @_transparent mutating func begin(_ gradient: FilterGradient, _ pixels: ThreePixels) {
    first.begin(gradient, pixels.first)
    second.begin(gradient, pixels.second)
  }

  @_transparent mutating func add(_ gradient: FilterGradient, _ pixels: ThreePixels, tap: Int) {
    first.add(gradient, pixels.first, tap: tap)
    second.add(gradient, pixels.second, tap: tap)
  }

  @_transparent func store(_ sums: UnsafeMutablePointer<Float>, _ strides: SumStrides) {
    first.store(sums, strides)
    second.store(sums + strides.column, strides)
  }
}

struct TwoFilters<Columns: TapSums>: TapSums where Columns.Gradients == FilterGradient {
  private var first: Columns
  private var second: Columns

  @_transparent static var filters: Int { 2 }
  @_transparent static var columns: Int { Columns.columns }

  @_transparent init(_ sums: UnsafePointer<Float>, _ strides: SumStrides) {
    first = Columns(sums, strides)
    second = Columns(sums + strides.filter, strides)
  }

  @_transparent mutating func begin(_ gradients: TwoGradients, _ pixels: Columns.Pixels) {
    first.begin(gradients.first, pixels)
    second.begin(gradients.second, pixels)
  }

  @_transparent mutating func add(_ gradients: TwoGradients, _ pixels: Columns.Pixels, tap: Int) {
    first.add(gradients.first, pixels, tap: tap)
    second.add(gradients.second, pixels, tap: tap)
  }

  @_transparent func store(_ sums: UnsafeMutablePointer<Float>, _ strides: SumStrides) {
    first.store(sums, strides)
    second.store(sums + strides.filter, strides)
  }
}
