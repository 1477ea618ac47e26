import CVector

// Pooling of any size over NHWC images, for one vector of channels at a time.

extension VectorKernels {
  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - output: (samples, output height, output width, channels), overwritten with the maximum of each window; NaN if
  ///     any is NaN
  ///   - selected: as `output`: the index of the first maximum in its window, row by row
  @inline(never)
  public static func maximumPoolingForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<Float>,
    samples: Int, geometry: PoolingGeometry
  ) {
    forEachWindow(samples, geometry) { window, count in
      var (best, choice, isFirst) = (Vector(), Vector(), true)
      window.forEachPixel { pixel, number in
        let value = loadFirst(count, input + pixel)
        // The first pixel is always selected.
        choice = isFirst ? Vector(repeating: number) : whereLarger(value, best, Vector(repeating: number), choice)
        best = isFirst ? value : whereLarger(value, best, value, best)
        isFirst = false
      }
      storeFirst(count, best, output + window.output)
      storeFirst(count, choice, selected + window.output)
    }
  }

  /// - Parameters:
  ///   - outputGradient, selected: as `output`
  ///   - inputGradient: (samples, height, width, channels), overwritten; overlapping windows add up
  @inline(never)
  public static func maximumPoolingBackward(
    outputGradient: UnsafePointer<Float>, selected: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: PoolingGeometry
  ) {
    inputGradient.update(repeating: 0, count: samples * geometry.inputHeight * geometry.inputWidth * geometry.channels)
    forEachWindow(samples, geometry) { window, count in
      let gradient = loadFirst(count, outputGradient + window.output)
      let choice = loadFirst(count, selected + window.output)
      window.forEachPixel { pixel, number in
        let share = whereEqual(choice, Vector(repeating: number), gradient, Vector())
        storeFirst(count, loadFirst(count, inputGradient + pixel) + share, inputGradient + pixel)
      }
    }
  }

  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - output: (samples, output height, output width, channels), overwritten with the mean of each window, over the
  ///     pixels inside the image
  @inline(never)
  public static func averagePoolingForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, samples: Int, geometry: PoolingGeometry
  ) {
    forEachWindow(samples, geometry) { window, count in
      var sum = Vector()
      window.forEachPixel { pixel, _ in sum += loadFirst(count, input + pixel) }
      storeFirst(count, sum / Vector(repeating: Float(window.pixels)), output + window.output)
    }
  }

  /// - Parameter inputGradient: (samples, height, width, channels), overwritten; overlapping windows add up.
  @inline(never)
  public static func averagePoolingBackward(
    outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, samples: Int,
    geometry: PoolingGeometry
  ) {
    inputGradient.update(repeating: 0, count: samples * geometry.inputHeight * geometry.inputWidth * geometry.channels)
    forEachWindow(samples, geometry) { window, count in
      let share = loadFirst(count, outputGradient + window.output) * (1 / Float(window.pixels))
      window.forEachPixel { pixel, _ in
        storeFirst(count, loadFirst(count, inputGradient + pixel) + share, inputGradient + pixel)
      }
    }
  }

  /// Calls `body` for each window of each sample and each vector of channels, with the number of channels in the
  /// vector.
  @inline(__always)
  private static func forEachWindow(
    _ samples: Int, _ geometry: PoolingGeometry, _ body: (_ window: WindowPixels, _ count: Int) -> Void
  ) {
    for sample in 0..<samples {
      for row in 0..<geometry.outputHeight {
        for column in 0..<geometry.outputWidth {
          var window = WindowPixels(geometry, sample: sample, row: row, column: column)
          var rest = geometry.channels
          while rest >= lanes {
            body(window, lanes)
            window.nextChannels()
            rest -= lanes
          }
          if rest > 0 { body(window, rest) }
        }
      }
    }
  }
}

/// The pixels of a window that are inside the image, for the first of a vector of channels.
private struct WindowPixels {
  /// The offset of the window's output.
  private(set) var output: Int
  /// The offset of the first pixel inside the image.
  private var first: Int
  /// The index of that pixel in the window, row by row.
  private let firstNumber: Int
  private let height: Int
  private let width: Int
  private let geometry: PoolingGeometry

  @inline(__always)
  init(_ geometry: PoolingGeometry, sample: Int, row: Int, column: Int) {
    self.geometry = geometry
    let top = row &* geometry.strideHeight &- geometry.paddingTop
    let left = column &* geometry.strideWidth &- geometry.paddingLeft
    let (firstRow, firstColumn) = (max(top, 0), max(left, 0))
    height = min(top &+ geometry.poolHeight, geometry.inputHeight) &- firstRow
    width = min(left &+ geometry.poolWidth, geometry.inputWidth) &- firstColumn
    firstNumber = (firstRow &- top) &* geometry.poolWidth &+ firstColumn &- left
    first =
      ((sample &* geometry.inputHeight &+ firstRow) &* geometry.inputWidth &+ firstColumn) &* geometry.channels
    output =
      ((sample &* geometry.outputHeight &+ row) &* geometry.outputWidth &+ column) &* geometry.channels
  }

  @_transparent var pixels: Int { height &* width }

  @_transparent mutating func nextChannels() {
    first = first &+ lanes
    output = output &+ lanes
  }

  /// Calls `body` with the offset of each pixel and its index in the window.
  @inline(__always)
  func forEachPixel(_ body: (_ pixel: Int, _ number: Float) -> Void) {
    for row in 0..<height {
      var pixel = first &+ row &* geometry.inputWidth &* geometry.channels
      var number = Float(firstNumber &+ row &* geometry.poolWidth)
      for _ in 0..<width {
        body(pixel, number)
        pixel = pixel &+ geometry.channels
        number += 1
      }
    }
  }
}
