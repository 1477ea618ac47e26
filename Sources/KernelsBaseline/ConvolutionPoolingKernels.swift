import CVector

// Fused convolution of one channel, bias, ReLU and 2x2 max pooling.
//
// Vectors run over the pooled positions of one image, row by row without gaps. The four sums of a vector are the four
// convolution outputs in each pool window, so that maximum, argmax and ReLU need no shuffle. To this end an image is
// packed first: the pixels that tap (row, column) of the kernel reads at all positions are contiguous.

/// A packed image: a plane for each parity of the pixel row and each shift of the pixel column, which stores the pixel
/// (2·y + parity, 2·x + shift) at offset y · pooledWidth + x.
struct PackedImage {
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

  /// Rounded up, with room for a vector that extends past the end.
  @_transparent static func planeCount(_ geometry: ConvolutionPoolingGeometry) -> Int {
    ((geometry.imageHeight + 1) / 2 * geometry.pooledWidth + 2 * lanes - 1) / lanes * lanes
  }

  /// The pixels of kernel row `row` and column 0 at the first position; the next column is `planeCount` floats further.
  @_transparent func pixels(row: Int) -> UnsafeMutablePointer<Float> {
    start + (row & 1) &* shifts &* planeCount + (row &>> 1) &* pooledWidth
  }

  /// Writes for each tap the offsets of its pixels at the first position, in the window's upper row and in the lower.
  func writeOffsets(_ offsets: UnsafeMutablePointer<Int32>, _ geometry: ConvolutionPoolingGeometry) {
    var next = offsets
    for row in 0..<geometry.kernelHeight {
      for column in 0..<geometry.kernelWidth {
        for windowRow in 0..<2 {
          next.pointee = Int32(pixels(row: row + windowRow) - start + column * planeCount)
          next += 1
        }
      }
    }
  }
}

/// The layout of the scratch memory, in floats.
struct ConvolutionPoolingScratch {
  let packed: Int
  let halves: Int
  /// The pooled positions in an image.
  let positions: Int
  /// The taps of a filter: each column of the kernel in blocks of `tapRows`.
  let taps: Int
  let filters: Int

  @_transparent init(_ geometry: ConvolutionPoolingGeometry) {
    packed = 2 * (geometry.kernelWidth + 1) * PackedImage.planeCount(geometry)
    // With room for a vector that extends past the end.
    halves = geometry.imageHeight * HalfRows.rowCount(geometry) + lanes
    positions = geometry.pooledHeight * geometry.pooledWidth
    taps = (geometry.kernelHeight + tapRows - 1) / tapRows * tapRows * geometry.kernelWidth
    filters = geometry.filters
  }

  @_transparent var halvesStart: Int { packed }
  @_transparent var gradientStart: Int { halvesStart + (halves + lanes - 1) / lanes * lanes }
  @_transparent var sumsStart: Int {
    gradientStart + SpreadGradients.count(filters: filtersAtATime, vectors: (positions + lanes - 1) / lanes)
  }
  /// Two for each tap.
  @_transparent var offsetsStart: Int { sumsStart + filters * taps * lanes }
  @_transparent var count: Int { offsetsStart + 2 * taps }
}

/// The pixels at even columns of each row of an image, followed by those at odd columns.
struct HalfRows {
  /// The number of floats in half a row, in whole vectors.
  @_transparent static func halfCount(_ geometry: ConvolutionPoolingGeometry) -> Int {
    (geometry.imageWidth + 2 * lanes - 1) / (2 * lanes) * lanes
  }
  @_transparent static func rowCount(_ geometry: ConvolutionPoolingGeometry) -> Int { 2 * halfCount(geometry) }
}

extension VectorKernels {
  /// Whether 32-bit offsets reach everything in a packed image.
  @inline(never)
  public static func fitsConvolutionPooling(_ geometry: ConvolutionPoolingGeometry) -> Bool {
    ConvolutionPoolingScratch(geometry).packed <= Int(Int32.max)
  }

  /// The number of scratch floats of both kernels.
  @inline(never)
  public static func convolutionPoolingScratchCount(_ geometry: ConvolutionPoolingGeometry) -> Int {
    ConvolutionPoolingScratch(geometry).count
  }

  /// - Parameters:
  ///   - images: (samples, height, width)
  ///   - weights: (filters, kernel height, kernel width)
  ///   - bias: (filters)
  ///   - output: (samples, filters, pooled height, pooled width), overwritten
  ///   - selected: as `output`: the index of the first maximum among the window's four outputs, row by row (0 to 3)
  ///   - scratch: `convolutionPoolingScratchCount` floats
  @inline(never)
  public static func convolutionPoolingForward(
    images: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<UInt8>, samples: Int,
    geometry: ConvolutionPoolingGeometry, scratch: UnsafeMutablePointer<Float>
  ) {
    let parts = ConvolutionPoolingScratch(geometry)
    let (positions, taps) = (parts.positions, geometry.kernelHeight * geometry.kernelWidth)
    let image = PackedImage(scratch, geometry)
    let offsets = UnsafeMutableRawPointer(scratch + parts.offsetsStart).bindMemory(to: Int32.self, capacity: 2 * taps)
    image.writeOffsets(offsets, geometry)
    for sample in 0..<samples {
      pack(images + sample * geometry.imageHeight * geometry.imageWidth, geometry, image, scratch + parts.halvesStart)
      var filter = 0
      while filter < geometry.filters {
        let count = min(filterBlock, geometry.filters - filter)
        let first = (sample * geometry.filters + filter) * positions
        convolveFilters(
          image, offsets, taps: taps, WeightPointers(weights + filter * taps, stride: taps, count: count),
          bias + filter, output + first, selected + first, filters: count, positions: positions)
        filter += filterBlock
      }
    }
  }

  /// - Parameter halves: scratch, for `HalfRows` of the image
  @inline(never)
  static func pack(
    _ pixels: UnsafePointer<Float>, _ geometry: ConvolutionPoolingGeometry, _ image: PackedImage,
    _ halves: UnsafeMutablePointer<Float>
  ) {
    let (halfCount, rowCount) = (HalfRows.halfCount(geometry), HalfRows.rowCount(geometry))
    let (width, pixelCount) = (geometry.imageWidth, geometry.imageHeight &* geometry.imageWidth)
    for row in 0..<geometry.imageHeight {
      let (first, target) = (row &* width, halves + row &* rowCount)
      for column in stride(from: 0, to: width, by: 2 * lanes) {
        let (left, right) = somePixels(pixels, first &+ column, of: pixelCount)
        storeVector(even(left, right), target + column / 2)
        storeVector(odd(left, right), target + halfCount + column / 2)
      }
    }
    // A vector that extends past a row of a plane is overwritten by the next row: the columns at the right are written
    // first.
    var column = (geometry.pooledWidth &- 1) / lanes &* lanes
    while column >= 0 {
      for parity in 0..<2 {
        let rows = (geometry.imageHeight &+ 1 &- parity) / 2
        for shift in 0..<image.shifts {
          var source = halves + parity &* rowCount + (shift & 1) &* halfCount + shift &>> 1 + column
          var target = image.pixels(row: parity) + shift &* image.planeCount + column
          for _ in 0..<rows {
            storeVector(loadVector(source), target)
            source += 2 &* rowCount
            target += image.pooledWidth
          }
        }
      }
      column = column &- lanes
    }
  }

  /// Two vectors of pixels, of which there are `count`; zero after the last.
  @_transparent
  private static func somePixels(
    _ pixels: UnsafePointer<Float>, _ first: Int, of count: Int
  ) -> (Vector, Vector) {
    let (start, rest) = (pixels + first, count &- first)
    if rest >= 2 &* lanes { return (loadVector(start), loadVector(start + lanes)) }
    return (
      loadFirst(min(rest, lanes), start), rest > lanes ? loadFirst(rest &- lanes, start + lanes) : Vector()
    )
  }

  /// Computes a block of filters at all positions of one image.
  @inline(never)
  private static func convolveFilters(
    _ image: PackedImage, _ offsets: UnsafePointer<Int32>, taps: Int, _ weights: WeightPointers,
    _ bias: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ selected: UnsafeMutablePointer<UInt8>,
    filters: Int, positions: Int
  ) {
    var position = 0
    while position < positions {
      var windows = FilterWindows(bias, count: filters)
      let start = image.start + position
      for tap in 0..<taps {
        let upper = start + Int(offsets[2 &* tap])
        let lower = start + Int(offsets[2 &* tap &+ 1])
        windows.add(
          PoolWindow(
            v0: loadVector(upper), v1: loadVector(upper + image.planeCount), v2: loadVector(lower),
            v3: loadVector(lower + image.planeCount)), weights, tap)
      }
      windows.store(
        output + position, selected + position, stride: positions, count: filters,
        width: min(lanes, positions &- position))
      position = position &+ lanes
    }
  }
}
