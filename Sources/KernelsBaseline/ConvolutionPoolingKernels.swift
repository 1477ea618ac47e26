import CVector

// Convolution of one channel, bias, ReLU and 2x2 max pooling in one pass.
//
// Vectors run over the pooled positions of one image, row after row without a gap. The four sums of a vector are the
// four convolution outputs under each pool window, so that maximum, argmax and ReLU need no shuffle. For that an image
// is packed first: the pixels that tap (row, column) of the kernel needs at all positions lie one after the other.

/// An image, packed: a plane for each parity of the pixel row and each shift of the pixel column, in which the pixel
/// (2·y + parity, 2·x + shift) stands at y · pooledWidth + x.
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
struct ConvolutionPoolingScratch {
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

extension VectorKernels {
  /// The floats of scratch that both kernels need.
  @inline(never)
  public static func convolutionPoolingScratchCount(_ geometry: ConvolutionPoolingGeometry) -> Int {
    ConvolutionPoolingScratch(geometry).count
  }

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
  static func pack(
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
}
