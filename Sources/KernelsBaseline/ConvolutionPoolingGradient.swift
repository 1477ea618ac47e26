import CVector

// The kernel gradient of a convolution over one channel followed by 2x2 max pooling.
//
// As in the forward pass, vectors run over the pooled positions of a packed image.

extension VectorKernels {
  /// - Parameters:
  ///   - images, output, selected: as in the forward pass
  ///   - outputGradient: (samples, filters, pooled height, pooled width)
  ///   - weightGradient: (filters, kernel height, kernel width), overwritten with the sum over the samples for the filters
  ///     in `range`
  ///   - biasGradient: (filters), likewise
  ///   - range: the filters whose gradients are computed
  @inline(never)
  public static func convolutionPoolingWeightGradient(
    images: UnsafePointer<Float>, output: UnsafePointer<Float>, selected: UnsafePointer<UInt8>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionPoolingGeometry, range: Range<Int>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let parts = ConvolutionPoolingScratch(geometry)
    let image = PackedImage(scratch, geometry)
    let sums = scratch + parts.sumsStart
    (sums + range.lowerBound * parts.taps * lanes).update(repeating: 0, count: range.count * parts.taps * lanes)
    (biasGradient + range.lowerBound).update(repeating: 0, count: range.count)
    for sample in 0..<samples {
      pack(images + sample * geometry.imageHeight * geometry.imageWidth, geometry, image, scratch + parts.halvesStart)
      let first = sample * geometry.filters * parts.positions
      for filter in stride(from: range.lowerBound, to: range.upperBound, by: filtersAtATime) {
        let start = first + filter * parts.positions
        let gradients = PooledPlanes(
          output: output + start, selected: selected + start, gradient: outputGradient + start,
          positions: parts.positions)
        let (bias, sums) = (biasGradient + filter, sums + filter * parts.taps * lanes)
        let spread = scratch + parts.gradientStart
        #if MARTLET_V4
          if range.upperBound - filter >= 2 {
            add(
              TwoFilters<TwoColumns>.self, lastColumn: TwoFilters<OneColumn>.self, gradients, image, geometry, spread,
              sums, bias)
          } else {
            add(TwoColumns.self, lastColumn: OneColumn.self, gradients, image, geometry, spread, sums, bias)
          }
        #else
          add(OneColumn.self, lastColumn: OneColumn.self, gradients, image, geometry, spread, sums, bias)
        #endif
      }
    }
    collectTaps(sums, geometry, range, weightGradient)
  }

  /// Adds the gradients of some filters of one image to the lane-wise sums (filter, kernel column, kernel row, lanes).
  @inline(never)
  private static func add<Sums: TapSums, LastSums: TapSums>(
    _: Sums.Type, lastColumn _: LastSums.Type, _ gradients: PooledPlanes, _ image: PackedImage,
    _ geometry: ConvolutionPoolingGeometry,
    _ scratch: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>, _ bias: UnsafeMutablePointer<Float>
  ) {
    let spread = SpreadGradients(scratch, filters: Sums.filters, vectors: (gradients.positions + lanes - 1) / lanes)
    for filter in 0..<Sums.filters { bias[filter] += spreadGradients(gradients, filter, spread) }
    let (width, blocks) = (geometry.kernelWidth, (geometry.kernelHeight + tapRows - 1) / tapRows)
    for block in 0..<blocks {
      let rows = PixelRows(image, firstRow: block &* tapRows, lastRow: geometry.kernelHeight)
      let strides = SumStrides(filter: width &* blocks &* tapRows &* lanes, column: blocks &* tapRows &* lanes)
      var column = 0
      while column < width {
        let rows = rows.movedRight(by: column &* image.planeCount)
        let target = sums + block &* tapRows &* lanes + column &* strides.column
        if width &- column >= Sums.columns {
          addColumns(Sums.self, rows, image.planeCount, spread, target, strides)
          column = column &+ Sums.columns
        } else {
          addColumns(LastSums.self, rows, image.planeCount, spread, target, strides)
          column = column &+ LastSums.columns
        }
      }
    }
  }

  /// Adds `tapRows` taps of some kernel columns.
  @inline(__always)
  private static func addColumns<Sums: TapSums>(
    _: Sums.Type, _ rows: PixelRows, _ planeCount: Int, _ spread: SpreadGradients,
    _ target: UnsafeMutablePointer<Float>, _ strides: SumStrides
  ) {
    var sums = Sums(target, strides)
    for vector in 0..<spread.vectors {
      let (gradients, position) = (Sums.Gradients(spread, vector), vector &* lanes)
      sums.begin(gradients, Sums.Pixels(rows.p0 + position, planeCount))
      sums.add(gradients, Sums.Pixels(rows.p1 + position, planeCount), tap: 0)
      sums.add(gradients, Sums.Pixels(rows.p2 + position, planeCount), tap: 1)
      sums.add(gradients, Sums.Pixels(rows.p3 + position, planeCount), tap: 2)
      sums.add(gradients, Sums.Pixels(rows.p4 + position, planeCount), tap: 3)
      sums.add(gradients, Sums.Pixels(rows.p5 + position, planeCount), tap: 4)
    }
    sums.store(target, strides)
  }

  /// Copies a filter's gradients to vectors, padded with zeros after the last position.
  ///
  /// - Returns: their sum.
  @inline(never)
  private static func spreadGradients(_ planes: PooledPlanes, _ filter: Int, _ spread: SpreadGradients) -> Float {
    let first = filter &* planes.positions
    let (output, gradient) = (planes.output + first, planes.gradient + first)
    let selected = planes.selected + first
    var total = Vector()
    for vector in 0..<spread.vectors {
      let position = vector &* lanes
      let rest = planes.positions &- position
      let value: Vector
      if rest >= lanes {
        value = wherePositive(loadVector(output + position), loadVector(gradient + position))
        spread.place(filter, vector, choices: selected + position)
      } else {
        value = wherePositive(loadFirst(rest, output + position), loadFirst(rest, gradient + position))
        // A copy that may be read past its end.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: lanes) { copy in
          guard let copy = copy.baseAddress else { return }
          copy.initialize(repeating: 0, count: lanes)
          copy.update(from: selected + position, count: rest)
          spread.place(filter, vector, choices: copy)
        }
      }
      storeVector(value, spread.gradient(filter, vector))
      total += value
    }
    return sum(total)
  }

  /// Sums the lanes, and stores the taps in the order of the kernel.
  @inline(never)
  private static func collectTaps(
    _ sums: UnsafePointer<Float>, _ geometry: ConvolutionPoolingGeometry, _ range: Range<Int>,
    _ weightGradient: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (geometry.kernelHeight, geometry.kernelWidth)
    let blockedHeight = (height + tapRows - 1) / tapRows * tapRows
    for filter in range {
      for row in 0..<height {
        for column in 0..<width {
          let tap = (filter * width + column) * blockedHeight + row
          weightGradient[(filter * height + row) * width + column] = sum(loadVector(sums + tap * lanes))
        }
      }
    }
  }
}

/// The results of the forward pass for some filters of one image, and their gradients: (filters, positions).
private struct PooledPlanes {
  let output: UnsafePointer<Float>
  let selected: UnsafePointer<UInt8>
  let gradient: UnsafePointer<Float>
  let positions: Int
}

/// The gradients of some filters over one image in whole vectors, with their position in the window.
struct SpreadGradients {
  let filters: Int
  let vectors: Int
  /// (vectors, filters, lanes)
  private let values: UnsafeMutablePointer<Float>
  /// (vectors, filters, 2): which gradients of a vector belong to the lower row, and which to the right column.
  private let places: UnsafeMutablePointer<Mask>

  @_transparent static func count(filters: Int, vectors: Int) -> Int {
    let places = 2 * MemoryLayout<Mask>.stride / MemoryLayout<Float>.stride
    return vectors * filters * (lanes + max(places, 1))
  }

  @_transparent init(_ scratch: UnsafeMutablePointer<Float>, filters: Int, vectors: Int) {
    self.filters = filters
    self.vectors = vectors
    values = scratch
    places = UnsafeMutableRawPointer(scratch + vectors &* filters &* lanes)
      .bindMemory(to: Mask.self, capacity: 2 &* vectors &* filters)
  }

  @_transparent func gradient(_ filter: Int, _ vector: Int) -> UnsafeMutablePointer<Float> {
    values + (vector &* filters &+ filter) &* lanes
  }

  /// - Parameter choices: the index of each gradient's value among the window's four, row by row.
  @_transparent func place(_ filter: Int, _ vector: Int, choices: UnsafePointer<UInt8>) {
    isLower(filter, vector).pointee = hasBit(2, choices)
    isRight(filter, vector).pointee = hasBit(1, choices)
  }

  @_transparent func isLower(_ filter: Int, _ vector: Int) -> UnsafeMutablePointer<Mask> {
    places + 2 &* (vector &* filters &+ filter)
  }

  @_transparent func isRight(_ filter: Int, _ vector: Int) -> UnsafeMutablePointer<Mask> {
    isLower(filter, vector) + 1
  }
}
