import CVector

// The gradient of the kernel of a convolution over one channel that 2x2 max pooling follows.
//
// As in the forward pass, vectors run over the pooled positions of a packed image.

/// The taps of one kernel column whose gradients are summed at a time.
@_transparent var tapRows: Int { 5 }

/// The filters whose gradients are summed at a time: two share their pixels, if there are registers for the sums.
#if MARTLET_V4
  @_transparent var filtersAtATime: Int { 2 }
#else
  @_transparent var filtersAtATime: Int { 1 }
#endif

extension VectorKernels {
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
    let parts = ConvolutionPoolingScratch(geometry)
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
    let parts = ConvolutionPoolingScratch(geometry)
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

  @_transparent init(_ scratch: UnsafeMutablePointer<Float>, _ parts: ConvolutionPoolingScratch, _ filter: Int) {
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
