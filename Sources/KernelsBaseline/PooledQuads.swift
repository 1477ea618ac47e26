import CVector

// The kernel gradient of a pooled convolution over few channels, for one vector of filters at a time.
//
// In a pool window, a tap of the kernel reads one of four pixels, a different one per filter. The image is packed into
// quads, with the four pixels adjacent, so that one permutation selects the pixel of each filter.

/// An image in quads, and the gradients of a vector of filters in the matching layout.
struct PooledQuads {
  /// The layout of its memory, in floats.
  struct Sizes {
    /// The quads per row, and the number of rows.
    let rowCount: Int
    let rows: Int
    let windows: Int

    @_transparent init(_ plan: ConvolutionPlan) {
      let geometry = plan.geometry
      rows = (2 * plan.pooledHeight - 1) * geometry.strideHeight + geometry.kernelHeight - geometry.strideHeight
      rowCount =
        ((2 * plan.pooledWidth - 1) * geometry.strideWidth + geometry.kernelWidth - geometry.strideWidth)
        * geometry.inputChannels
      windows = plan.windows
    }

    @_transparent var quads: Int { 4 * rows * rowCount }
    @_transparent var count: Int { quads + 2 * windows * lanes }
  }

  private let plan: ConvolutionPlan
  private let sizes: Sizes
  private let quads: UnsafeMutablePointer<Float>
  /// (windows, lanes)
  private let gradients: UnsafeMutablePointer<Float>
  private let choices: UnsafeMutablePointer<Int32>

  init(_ plan: ConvolutionPlan, _ sizes: Sizes, _ memory: UnsafeMutablePointer<Float>) {
    self.plan = plan
    self.sizes = sizes
    quads = memory
    gradients = memory + sizes.quads
    choices = UnsafeMutableRawPointer(gradients + sizes.windows * lanes)
      .bindMemory(to: Int32.self, capacity: sizes.windows * lanes)
  }

  /// Adds the gradients of one image.
  ///
  /// - Parameters:
  ///   - range: the filters.
  ///   - kernelGradient: (taps, filters)
  ///   - biasGradient: (filters); nil for no bias
  func addGradients(
    _ pooled: PooledGradients, _ range: Range<Int>, _ image: UnsafePointer<Float>,
    _ kernelGradient: UnsafeMutablePointer<Float>, _ biasGradient: UnsafeMutablePointer<Float>?
  ) {
    pack(image)
    let filters = plan.geometry.filters
    for filter in stride(from: range.lowerBound, to: range.upperBound, by: lanes) {
      let count = min(lanes, range.upperBound - filter)
      spread(pooled, filter: filter, count: count)
      if let biasGradient { addSum(biasGradient + filter, count: count) }
      for tap in stride(from: 0, to: plan.taps, by: QuadPointers.count) {
        addTaps(
          QuadPointers(quads, taps: plan.taps, from: tap) { quadOffset(ofTap: $0) },
          kernelGradient + tap * filters + filter, taps: min(QuadPointers.count, plan.taps - tap), count: count)
      }
    }
  }

  private func quadOffset(ofTap tap: Int) -> Int {
    4 * (tap / plan.rowTaps * sizes.rowCount + tap % plan.rowTaps)
  }

  @inline(never)
  private func pack(_ image: UnsafePointer<Float>) {
    let right = plan.geometry.strideWidth * plan.geometry.inputChannels
    let rowStride = plan.coveredWidth * plan.geometry.inputChannels
    let below = plan.geometry.strideHeight * rowStride
    for row in 0..<sizes.rows {
      let (source, target) = (image + row * rowStride, quads + 4 * row * sizes.rowCount)
      var index = 0
      while index + 4 <= sizes.rowCount {
        let pixel = source + index
        martlet_store_quads(target + 4 * index, pixel, pixel + right, pixel + below, pixel + below + right)
        index += 4
      }
      while index < sizes.rowCount {
        let (pixel, quad) = (source + index, target + 4 * index)
        (quad[0], quad[1], quad[2], quad[3]) = (pixel[0], pixel[right], pixel[below], pixel[below + right])
        index += 1
      }
    }
  }

  /// Arranges the gradients of a vector of filters; with a ReLU, those of outputs that are not positive become 0.
  @inline(never)
  private func spread(_ pooled: PooledGradients, filter: Int, count: Int) {
    let filters = plan.geometry.filters
    for window in 0..<plan.windows {
      let first = window * filters + filter
      let value = loadFirst(count, pooled.values + first)
      let kept = pooled.relu ? wherePositive(loadFirst(count, pooled.outputs + first), value) : value
      storeVector(kept, gradients + window * lanes)
      if count == lanes {
        storeChoices(loadChoices(pooled.selected + first), choices + window * lanes)
      } else {
        for lane in 0..<count { choices[window * lanes + lane] = Int32(pooled.selected[first + lane]) }
        for lane in count..<lanes { choices[window * lanes + lane] = 0 }
      }
    }
  }

  private func addSum(_ target: UnsafeMutablePointer<Float>, count: Int) {
    var sum = Vector()
    for window in 0..<plan.windows { sum += loadVector(gradients + window * lanes) }
    storeFirst(count, loadFirst(count, target) + sum, target)
  }

  /// Adds the sums over all windows to the first `taps` rows of `target`, (taps, filters).
  @inline(never)
  private func addTaps(_ pointers: QuadPointers, _ target: UnsafeMutablePointer<Float>, taps: Int, count: Int) {
    let filters = plan.geometry.filters
    let right = 8 * plan.geometry.strideWidth * plan.geometry.inputChannels
    let below = 8 * plan.geometry.strideHeight * sizes.rowCount
    var (s0, s1, s2, s3, s4) = (Vector(), Vector(), Vector(), Vector(), Vector())
    var window = 0
    for row in 0..<plan.pooledHeight {
      var offset = row * below
      for _ in 0..<plan.pooledWidth {
        let (g, choice) = (loadVector(gradients + window), loadChoices(choices + window))
        s0 = multiplyAdd(g, select(pointers.p0 + offset, choice), s0)
        s1 = multiplyAdd(g, select(pointers.p1 + offset, choice), s1)
        s2 = multiplyAdd(g, select(pointers.p2 + offset, choice), s2)
        s3 = multiplyAdd(g, select(pointers.p3 + offset, choice), s3)
        s4 = multiplyAdd(g, select(pointers.p4 + offset, choice), s4)
        window += lanes
        offset += right
      }
    }
    func add(_ sum: Vector, _ tap: Int) {
      guard tap < taps else { return }
      storeFirst(count, loadFirst(count, target + tap * filters) + sum, target + tap * filters)
    }
    add(s0, 0)
    add(s1, 1)
    add(s2, 2)
    add(s3, 3)
    add(s4, 4)
  }
}

/// The start of the quads of five successive taps. Taps past the last repeat it: their sums are not stored.
private struct QuadPointers {
  static let count = 5
  let p0, p1, p2, p3, p4: UnsafePointer<Float>

  @inline(__always)
  init(_ quads: UnsafePointer<Float>, taps: Int, from first: Int, _ offset: (_ tap: Int) -> Int) {
    p0 = quads + offset(first)
    p1 = quads + offset(min(first + 1, taps - 1))
    p2 = quads + offset(min(first + 2, taps - 1))
    p3 = quads + offset(min(first + 3, taps - 1))
    p4 = quads + offset(min(first + 4, taps - 1))
  }
}
