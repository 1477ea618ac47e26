import CVector

// Convolution of one channel, bias, ReLU and 2x2 max pooling in one pass, and the gradient of its kernel.
//
// Vectors run over the pooled positions of one image, row after row without a gap. The four sums of a vector are the
// four convolution outputs under each pool window, so that maximum, argmax and ReLU need no shuffle. For that an image
// is packed first: the pixels that tap (row, column) of the kernel needs at all positions lie one after the other.

/// An image, packed: a plane for each parity of the pixel row and each shift of the pixel column, in which the pixel
/// (2·y + parity, 2·x + shift) stands at y · pooledWidth + x.
private struct PackedImage {
  let start: UnsafeMutablePointer<Float>
  let planeCount: Int
  let pooledWidth: Int
  let shifts: Int

  @_transparent init(_ start: UnsafeMutablePointer<Float>, _ geometry: ConvolutionPoolingGeometry) {
    self.start = start
    pooledWidth = geometry.pooledWidth
    shifts = geometry.kernelWidth + 1
    planeCount = PackedImage.planeCount(geometry)
  }

  /// Rounded up, with room for a vector that sticks out.
  @_transparent static func planeCount(_ geometry: ConvolutionPoolingGeometry) -> Int {
    ((geometry.imageHeight + 1) / 2 * geometry.pooledWidth + 2 * lanes - 1) / lanes * lanes
  }

  /// What the kernel's row `row` and column 0 need at the first position; the next column is `planeCount` further.
  @_transparent func pixels(row: Int) -> UnsafeMutablePointer<Float> {
    start + (row & 1) * shifts * planeCount + (row >> 1) * pooledWidth
  }
}

/// The parts of the scratch memory, in floats.
private struct ConvolutionScratch {
  /// A row of pixels at even columns and one at odd columns.
  let parityRow: Int
  let packed: Int
  /// The positions of an image, rounded up to vectors.
  let positions: Int
  let taps: Int
  let filters: Int

  @_transparent init(_ geometry: ConvolutionPoolingGeometry) {
    parityRow = (geometry.imageWidth / 2 + 2 * lanes) / lanes * lanes + lanes
    packed = 2 * (geometry.kernelWidth + 1) * PackedImage.planeCount(geometry)
    positions = (geometry.pooledHeight * geometry.pooledWidth + lanes - 1) / lanes * lanes
    // Each column of the kernel in blocks of `tapRows` taps.
    taps = (geometry.kernelHeight + tapRows - 1) / tapRows * tapRows * geometry.kernelWidth
    filters = geometry.filters
  }

  @_transparent var packedStart: Int { 2 * parityRow }
  @_transparent var gradientStart: Int { packedStart + packed }
  @_transparent var lowerStart: Int { gradientStart + positions }
  @_transparent var rightStart: Int { lowerStart + positions }
  @_transparent var sumsStart: Int { rightStart + positions }
  @_transparent var count: Int { sumsStart + filters * taps * lanes }
}

/// The taps of one kernel column whose gradients are summed at a time.
@_transparent private var tapRows: Int { 5 }

extension VectorKernels {
  /// The floats of scratch that both kernels need.
  @inline(never)
  public static func convolutionPoolingScratchCount(_ geometry: ConvolutionPoolingGeometry) -> Int {
    ConvolutionScratch(geometry).count
  }

  // MARK: - Forward

  /// - Parameters:
  ///   - images: (samples, height, width)
  ///   - weights: (filters, kernel height, kernel width)
  ///   - bias: (filters)
  ///   - output: (samples, filters, pooled height, pooled width), overwritten
  ///   - selected: as `output`: which of the window's four outputs was the first largest one, row by row (0 to 3)
  ///   - scratch: `convolutionPoolingScratchCount` floats
  @inline(never)
  public static func convolutionPoolingForward(
    images: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<UInt8>, samples: Int,
    geometry: ConvolutionPoolingGeometry, scratch: UnsafeMutablePointer<Float>
  ) {
    let positions = geometry.pooledHeight * geometry.pooledWidth
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let image = PackedImage(scratch + ConvolutionScratch(geometry).packedStart, geometry)
    for sample in 0..<samples {
      pack(images + sample * geometry.imageHeight * geometry.imageWidth, geometry, image, scratch)
      var filter = 0
      while filter < geometry.filters {
        let count = min(filterBlock, geometry.filters - filter)
        let first = (sample * geometry.filters + filter) * positions
        convolveFilters(
          image, geometry, WeightPointers(weights + filter * taps, stride: taps, count: count), bias + filter,
          output + first, selected + first, filters: count, positions: positions)
        filter += filterBlock
      }
    }
  }

  /// Packs an image; `scratch` holds the two parity rows.
  @inline(never)
  private static func pack(
    _ pixels: UnsafePointer<Float>, _ geometry: ConvolutionPoolingGeometry, _ image: PackedImage,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (width, pooledWidth) = (geometry.imageWidth, geometry.pooledWidth)
    let parityRow = ConvolutionScratch(geometry).parityRow
    for row in 0..<geometry.imageHeight {
      splitParities(pixels + row * width, width, even: scratch, odd: scratch + parityRow)
      // Rows of a plane follow one another; a vector that sticks out is overwritten by the next row.
      let plane = image.pixels(row: row)
      for shift in 0..<image.shifts {
        let source = scratch + (shift & 1) * parityRow + (shift >> 1)
        let target = plane + shift * image.planeCount
        var column = 0
        while column < pooledWidth {
          storeVector(loadVector(source + column), target + column)
          column += lanes
        }
      }
    }
  }

  @_transparent
  private static func splitParities(
    _ pixels: UnsafePointer<Float>, _ width: Int, even evens: UnsafeMutablePointer<Float>,
    odd odds: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column < width {
      let first = column + lanes <= width ? loadVector(pixels + column) : loadFirst(width - column, pixels + column)
      let next = column + lanes
      let second =
        next + lanes <= width
        ? loadVector(pixels + next) : next < width ? loadFirst(width - next, pixels + next) : Vector()
      storeVector(even(first, second), evens + column / 2)
      storeVector(odd(first, second), odds + column / 2)
      column += 2 * lanes
    }
  }

  /// Computes a block of filters at all positions of one image.
  @inline(never)
  private static func convolveFilters(
    _ image: PackedImage, _ geometry: ConvolutionPoolingGeometry, _ weights: WeightPointers,
    _ bias: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ selected: UnsafeMutablePointer<UInt8>,
    filters: Int, positions: Int
  ) {
    var position = 0
    while position < positions {
      let width = min(lanes, positions - position)
      var windows = FilterWindows(bias, count: filters)
      var tap = 0
      for row in 0..<geometry.kernelHeight {
        var upper = image.pixels(row: row) + position
        var lower = image.pixels(row: row + 1) + position
        for _ in 0..<geometry.kernelWidth {
          windows.add(
            PoolWindow(
              v0: loadVector(upper), v1: loadVector(upper + image.planeCount), v2: loadVector(lower),
              v3: loadVector(lower + image.planeCount)), weights, tap)
          upper += image.planeCount
          lower += image.planeCount
          tap += 1
        }
      }
      windows.store(output + position, selected + position, stride: positions, count: filters, width: width)
      position += lanes
    }
  }

  // MARK: - Gradient of the kernel

  /// - Parameters:
  ///   - images, output, selected: as in the forward pass
  ///   - outputGradient: (samples, filters, pooled height, pooled width)
  ///   - weightGradient: (filters, kernel height, kernel width), overwritten with the sum over the samples
  ///   - biasGradient: (filters), overwritten with the sum over the samples
  @inline(never)
  public static func convolutionPoolingWeightGradient(
    images: UnsafePointer<Float>, output: UnsafePointer<Float>, selected: UnsafePointer<UInt8>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionPoolingGeometry,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let positions = geometry.pooledHeight * geometry.pooledWidth
    let parts = ConvolutionScratch(geometry)
    let image = PackedImage(scratch + parts.packedStart, geometry)
    let sums = scratch + parts.sumsStart
    sums.update(repeating: 0, count: geometry.filters * parts.taps * lanes)
    biasGradient.update(repeating: 0, count: geometry.filters)
    for sample in 0..<samples {
      pack(images + sample * geometry.imageHeight * geometry.imageWidth, geometry, image, scratch)
      for filter in 0..<geometry.filters {
        let first = (sample * geometry.filters + filter) * positions
        biasGradient[filter] += spreadGradient(
          output + first, selected + first, outputGradient + first, positions, scratch + parts.gradientStart,
          lower: scratch + parts.lowerStart, right: scratch + parts.rightStart)
        addTaps(image, geometry, scratch, sums + filter * parts.taps * lanes)
      }
    }
    collectTaps(sums, geometry, weightGradient)
  }

  /// Puts a filter's gradients to vectors, with two signs that tell where in the window each belongs.
  ///
  /// - Returns: their sum.
  @inline(never)
  private static func spreadGradient(
    _ output: UnsafePointer<Float>, _ selected: UnsafePointer<UInt8>, _ outputGradient: UnsafePointer<Float>,
    _ positions: Int, _ gradient: UnsafeMutablePointer<Float>, lower: UnsafeMutablePointer<Float>,
    right: UnsafeMutablePointer<Float>
  ) -> Float {
    var total = Vector()
    var position = 0
    while position + lanes <= positions {
      let value = wherePositive(loadVector(output + position), loadVector(outputGradient + position))
      let choice = loadBytes(selected + position)
      let isLower = whereGreater(choice, Vector(repeating: 1.5), Vector(repeating: 1), Vector())
      storeVector(value, gradient + position)
      storeVector(isLower, lower + position)
      storeVector(choice - 2 * isLower, right + position)
      total += value
      position += lanes
    }
    guard position < positions else { return sum(total) }
    let rest = Vector()
    storeVector(rest, gradient + position)
    storeVector(rest, lower + position)
    storeVector(rest, right + position)
    for index in position..<positions {
      gradient[index] = output[index] > 0 ? outputGradient[index] : 0
      lower[index] = selected[index] >= 2 ? 1 : 0
      right[index] = selected[index] & 1 == 1 ? 1 : 0
    }
    return sum(total + loadVector(gradient + position))
  }

  /// Adds one filter's gradients of one image to the lane-wise sums (kernel column, kernel row, lanes).
  @inline(never)
  private static func addTaps(
    _ image: PackedImage, _ geometry: ConvolutionPoolingGeometry, _ scratch: UnsafePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    let parts = ConvolutionScratch(geometry)
    let blocks = (geometry.kernelHeight + tapRows - 1) / tapRows
    for column in 0..<geometry.kernelWidth {
      for block in 0..<blocks {
        let rows = PixelRows(
          image, firstRow: block * tapRows, column: column, lastRow: geometry.kernelHeight)
        let target = sums + (column * blocks + block) * tapRows * lanes
        addColumn(
          rows, planeCount: image.planeCount, scratch + parts.gradientStart, lower: scratch + parts.lowerStart,
          right: scratch + parts.rightStart, positions: parts.positions, target)
      }
    }
  }

  /// Adds `tapRows` taps of one kernel column over all positions of an image.
  ///
  /// Only one of the four pixels of a window gets the gradient: it is selected first, so that there is one
  /// multiplication in place of four.
  @inline(never)
  private static func addColumn(
    _ rows: PixelRows, planeCount: Int, _ gradient: UnsafePointer<Float>, lower: UnsafePointer<Float>,
    right: UnsafePointer<Float>, positions: Int, _ sums: UnsafeMutablePointer<Float>
  ) {
    var s0 = loadVector(sums)
    var s1 = loadVector(sums + lanes)
    var s2 = loadVector(sums + 2 * lanes)
    var s3 = loadVector(sums + 3 * lanes)
    var s4 = loadVector(sums + 4 * lanes)
    let half = Vector(repeating: 0.5)
    var position = 0
    while position < positions {
      let g = loadVector(gradient + position)
      let isLower = loadVector(lower + position)
      let isRight = loadVector(right + position)
      let p0 = whereGreater(
        isRight, half, loadVector(rows.p0 + planeCount + position), loadVector(rows.p0 + position))
      let p1 = whereGreater(
        isRight, half, loadVector(rows.p1 + planeCount + position), loadVector(rows.p1 + position))
      s0 = multiplyAdd(g, whereGreater(isLower, half, p1, p0), s0)
      let p2 = whereGreater(
        isRight, half, loadVector(rows.p2 + planeCount + position), loadVector(rows.p2 + position))
      s1 = multiplyAdd(g, whereGreater(isLower, half, p2, p1), s1)
      let p3 = whereGreater(
        isRight, half, loadVector(rows.p3 + planeCount + position), loadVector(rows.p3 + position))
      s2 = multiplyAdd(g, whereGreater(isLower, half, p3, p2), s2)
      let p4 = whereGreater(
        isRight, half, loadVector(rows.p4 + planeCount + position), loadVector(rows.p4 + position))
      s3 = multiplyAdd(g, whereGreater(isLower, half, p4, p3), s3)
      let p5 = whereGreater(
        isRight, half, loadVector(rows.p5 + planeCount + position), loadVector(rows.p5 + position))
      s4 = multiplyAdd(g, whereGreater(isLower, half, p5, p4), s4)
      position += lanes
    }
    storeVector(s0, sums)
    storeVector(s1, sums + lanes)
    storeVector(s2, sums + 2 * lanes)
    storeVector(s3, sums + 3 * lanes)
    storeVector(s4, sums + 4 * lanes)
  }

  /// Sums the lanes, and puts the taps in the order of the kernel.
  @inline(never)
  private static func collectTaps(
    _ sums: UnsafePointer<Float>, _ geometry: ConvolutionPoolingGeometry, _ weightGradient: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (geometry.kernelHeight, geometry.kernelWidth)
    let blockedHeight = (height + tapRows - 1) / tapRows * tapRows
    for filter in 0..<geometry.filters {
      for row in 0..<height {
        for column in 0..<width {
          let tap = (filter * width + column) * blockedHeight + row
          weightGradient[(filter * height + row) * width + column] = sum(loadVector(sums + tap * lanes))
        }
      }
    }
  }
}

/// Where the pixels of six successive kernel rows stand, in one kernel column. Rows beyond the last repeat it: their
/// sums are not collected.
private struct PixelRows {
  let p0, p1, p2, p3, p4, p5: UnsafePointer<Float>

  @_transparent init(_ image: PackedImage, firstRow: Int, column: Int, lastRow: Int) {
    let shift = column * image.planeCount
    p0 = UnsafePointer(image.pixels(row: firstRow) + shift)
    p1 = UnsafePointer(image.pixels(row: min(firstRow + 1, lastRow)) + shift)
    p2 = UnsafePointer(image.pixels(row: min(firstRow + 2, lastRow)) + shift)
    p3 = UnsafePointer(image.pixels(row: min(firstRow + 3, lastRow)) + shift)
    p4 = UnsafePointer(image.pixels(row: min(firstRow + 4, lastRow)) + shift)
    p5 = UnsafePointer(image.pixels(row: min(firstRow + 5, lastRow)) + shift)
  }
}
