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
  let packed: Int
  /// The positions of an image, rounded up to vectors.
  let positions: Int
  let taps: Int
  let filters: Int

  @_transparent init(_ geometry: ConvolutionPoolingGeometry) {
    packed = 2 * (geometry.kernelWidth + 1) * PackedImage.planeCount(geometry)
    positions = (geometry.pooledHeight * geometry.pooledWidth + lanes - 1) / lanes * lanes
    // Each column of the kernel in blocks of `tapRows` taps.
    taps = (geometry.kernelHeight + tapRows - 1) / tapRows * tapRows * geometry.kernelWidth
    filters = geometry.filters
  }

  @_transparent var gradientStart: Int { packed }
  @_transparent var sumsStart: Int { gradientStart + 3 * filtersAtATime * positions }
  @_transparent var count: Int { sumsStart + filters * taps * lanes }
}

/// The taps of one kernel column whose gradients are summed at a time.
@_transparent private var tapRows: Int { 5 }

/// The filters whose gradients are summed at a time: two share their pixels, if there are registers for the sums.
#if MARTLET_V4
  @_transparent private var filtersAtATime: Int { 2 }
#else
  @_transparent private var filtersAtATime: Int { 1 }
#endif

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
    let image = PackedImage(scratch, geometry)
    for sample in 0..<samples {
      pack(images + sample * geometry.imageHeight * geometry.imageWidth, geometry, image)
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

  @inline(never)
  private static func pack(
    _ pixels: UnsafePointer<Float>, _ geometry: ConvolutionPoolingGeometry, _ image: PackedImage
  ) {
    for row in 0..<geometry.imageHeight {
      let (source, plane) = (pixels + row * geometry.imageWidth, image.pixels(row: row))
      let count = (geometry.imageHeight - row) * geometry.imageWidth
      for shift in 0..<image.shifts {
        // Rows of a plane follow one another; a vector that sticks out is overwritten by the next row.
        let target = plane + shift * image.planeCount
        var column = 0
        while column < geometry.pooledWidth {
          let first = shift &+ 2 &* column
          storeVector(
            even(somePixels(source, first, count), somePixels(source, first &+ lanes, count)), target + column)
          column = column &+ lanes
        }
      }
    }
  }

  /// A vector of pixels, of which there are `count`; zero behind the last.
  @_transparent
  private static func somePixels(_ pixels: UnsafePointer<Float>, _ first: Int, _ count: Int) -> Vector {
    first &+ lanes <= count ? loadVector(pixels + first) : loadFirst(max(count &- first, 0), pixels + min(first, count))
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
    let image = PackedImage(scratch, geometry)
    let sums = scratch + parts.sumsStart
    sums.update(repeating: 0, count: geometry.filters * parts.taps * lanes)
    biasGradient.update(repeating: 0, count: geometry.filters)
    for sample in 0..<samples {
      pack(images + sample * geometry.imageHeight * geometry.imageWidth, geometry, image)
      for first in stride(from: 0, to: geometry.filters, by: filtersAtATime) {
        let count = min(filtersAtATime, geometry.filters - first)
        for filter in first..<first + count {
          let start = (sample * geometry.filters + filter) * positions
          biasGradient[filter] += spreadGradient(
            output + start, selected + start, outputGradient + start, positions,
            SpreadGradient(scratch, parts, filter - first))
        }
        addTaps(image, geometry, scratch, sums + first * parts.taps * lanes, filters: count)
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
    _ positions: Int, _ spread: SpreadGradient
  ) -> Float {
    var total = Vector()
    var position = 0
    while position + lanes <= positions {
      let value = wherePositive(loadVector(output + position), loadVector(outputGradient + position))
      let choice = loadBytes(selected + position)
      let isLower = whereGreater(choice, Vector(repeating: 1.5), Vector(repeating: 1), Vector())
      storeVector(value, spread.values + position)
      storeVector(isLower, spread.lower + position)
      storeVector(choice - 2 * isLower, spread.right + position)
      total += value
      position += lanes
    }
    guard position < positions else { return sum(total) }
    let rest = Vector()
    storeVector(rest, spread.values + position)
    storeVector(rest, spread.lower + position)
    storeVector(rest, spread.right + position)
    for index in position..<positions {
      spread.values[index] = output[index] > 0 ? outputGradient[index] : 0
      spread.lower[index] = selected[index] >= 2 ? 1 : 0
      spread.right[index] = selected[index] & 1 == 1 ? 1 : 0
    }
    return sum(total + loadVector(spread.values + position))
  }

  /// Adds the gradients of one image to the lane-wise sums (filter, kernel column, kernel row, lanes).
  @inline(never)
  private static func addTaps(
    _ image: PackedImage, _ geometry: ConvolutionPoolingGeometry, _ scratch: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>, filters: Int
  ) {
    let parts = ConvolutionScratch(geometry)
    let blocks = (geometry.kernelHeight + tapRows - 1) / tapRows
    let (first, last) = (SpreadGradient(scratch, parts, 0), SpreadGradient(scratch, parts, filters - 1))
    let lastSums = (filters - 1) * parts.taps * lanes
    for column in 0..<geometry.kernelWidth {
      for block in 0..<blocks {
        let rows = PixelRows(
          image, firstRow: block * tapRows, column: column, lastRow: geometry.kernelHeight)
        let target = sums + (column * blocks + block) * tapRows * lanes
        if filters == 1 {
          addColumn(rows, planeCount: image.planeCount, first, positions: parts.positions, target)
        } else {
          addColumn(
            rows, planeCount: image.planeCount, first, last, positions: parts.positions, target, target + lastSums)
        }
      }
    }
  }

  /// Adds `tapRows` taps of one kernel column of a filter, over all positions of an image.
  @inline(never)
  private static func addColumn(
    _ rows: PixelRows, planeCount: Int, _ gradient: SpreadGradient, positions: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    var sums = TapSums(target)
    var position = 0
    while position < positions {
      var seen = SeenPixels(gradient, position)
      let p0 = rows.pixels(rows.p0, position, planeCount)
      seen.begin(p0)
      seen.add(rows.pixels(rows.p1, position, planeCount), &sums.s0)
      seen.add(rows.pixels(rows.p2, position, planeCount), &sums.s1)
      seen.add(rows.pixels(rows.p3, position, planeCount), &sums.s2)
      seen.add(rows.pixels(rows.p4, position, planeCount), &sums.s3)
      seen.add(rows.pixels(rows.p5, position, planeCount), &sums.s4)
      position += lanes
    }
    sums.store(target)
  }

  /// The same for two filters, which see the same pixels.
  @inline(never)
  private static func addColumn(
    _ rows: PixelRows, planeCount: Int, _ gradientA: SpreadGradient, _ gradientB: SpreadGradient, positions: Int,
    _ targetA: UnsafeMutablePointer<Float>, _ targetB: UnsafeMutablePointer<Float>
  ) {
    var (sumsA, sumsB) = (TapSums(targetA), TapSums(targetB))
    var position = 0
    while position < positions {
      var (seenA, seenB) = (SeenPixels(gradientA, position), SeenPixels(gradientB, position))
      let p0 = rows.pixels(rows.p0, position, planeCount)
      seenA.begin(p0)
      seenB.begin(p0)
      let p1 = rows.pixels(rows.p1, position, planeCount)
      seenA.add(p1, &sumsA.s0)
      seenB.add(p1, &sumsB.s0)
      let p2 = rows.pixels(rows.p2, position, planeCount)
      seenA.add(p2, &sumsA.s1)
      seenB.add(p2, &sumsB.s1)
      let p3 = rows.pixels(rows.p3, position, planeCount)
      seenA.add(p3, &sumsA.s2)
      seenB.add(p3, &sumsB.s2)
      let p4 = rows.pixels(rows.p4, position, planeCount)
      seenA.add(p4, &sumsA.s3)
      seenB.add(p4, &sumsB.s3)
      let p5 = rows.pixels(rows.p5, position, planeCount)
      seenA.add(p5, &sumsA.s4)
      seenB.add(p5, &sumsB.s4)
      position += lanes
    }
    sumsA.store(targetA)
    sumsB.store(targetB)
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

  /// Some pixels of a row, and their neighbours to the right.
  @_transparent func pixels(_ row: UnsafePointer<Float>, _ position: Int, _ planeCount: Int) -> (Vector, Vector) {
    (loadVector(row + position), loadVector(row + planeCount + position))
  }
}

/// The gradients of one filter and image, and where in the window each belongs: 1 in the lower row, 1 in the right column.
private struct SpreadGradient {
  let values: UnsafeMutablePointer<Float>
  let lower: UnsafeMutablePointer<Float>
  let right: UnsafeMutablePointer<Float>

  @_transparent init(_ scratch: UnsafeMutablePointer<Float>, _ parts: ConvolutionScratch, _ filter: Int) {
    values = scratch + parts.gradientStart + 3 * filter * parts.positions
    lower = values + parts.positions
    right = lower + parts.positions
  }
}

/// The sums of `tapRows` taps, lane by lane.
private struct TapSums {
  var s0, s1, s2, s3, s4: Vector

  @_transparent init(_ p: UnsafePointer<Float>) {
    s0 = loadVector(p)
    s1 = loadVector(p + lanes)
    s2 = loadVector(p + 2 * lanes)
    s3 = loadVector(p + 3 * lanes)
    s4 = loadVector(p + 4 * lanes)
  }

  @_transparent func store(_ p: UnsafeMutablePointer<Float>) {
    storeVector(s0, p)
    storeVector(s1, p + lanes)
    storeVector(s2, p + 2 * lanes)
    storeVector(s3, p + 3 * lanes)
    storeVector(s4, p + 4 * lanes)
  }
}

/// The pixels that a filter's gradients belong to, as the taps go down a column.
///
/// Only one of the four pixels of a window gets the gradient: it is selected first, so that there is one multiplication in
/// place of four.
private struct SeenPixels {
  private let gradient: Vector
  private let isLower: Vector
  private let isRight: Vector
  private var upper = Vector()

  @_transparent init(_ spread: SpreadGradient, _ position: Int) {
    gradient = loadVector(spread.values + position)
    isLower = loadVector(spread.lower + position)
    isRight = loadVector(spread.right + position)
  }

  @_transparent private func side(_ pixels: (Vector, Vector)) -> Vector {
    whereGreater(isRight, Vector(repeating: 0.5), pixels.1, pixels.0)
  }

  @_transparent mutating func begin(_ pixels: (Vector, Vector)) { upper = side(pixels) }

  /// Adds the tap whose window ends with this row.
  @_transparent mutating func add(_ pixels: (Vector, Vector), _ sum: inout Vector) {
    let lower = side(pixels)
    sum = multiplyAdd(gradient, whereGreater(isLower, Vector(repeating: 0.5), lower, upper), sum)
    upper = lower
  }
}
