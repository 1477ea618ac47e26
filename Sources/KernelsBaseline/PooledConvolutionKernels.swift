import CVector

// Convolutions of any size that 2x2 max pooling follows, over NHWC images.
//
// The four rows of a tile are the four positions under a pool window, so that the sums are pooled while they are in
// registers and only pooled values are written. Backwards, each pooled gradient goes to one position; most are zero when
// there is a ReLU. So the gradients are taken one by one: each adds a multiple of a patch to the kernel's gradient, and a
// multiple of the kernel to the image's.

/// The parts of the scratch memory of the gradients, in floats.
private struct PooledScratch {
  let plan: ConvolutionPlan
  /// The pooled positions of an image.
  let windows: Int

  @_transparent init(_ geometry: ConvolutionGeometry) {
    plan = ConvolutionPlan(geometry)
    windows = (geometry.outputHeight / 2) * (geometry.outputWidth / 2)
  }

  @_transparent var kernelCount: Int { plan.geometry.filters * plan.taps }
  @_transparent var inputGradientCount: Int { plan.isInPlace ? 0 : plan.coveredCount }

  // Behind the scratch of the convolution: the kernel and its gradient, both (filters, taps), the padded gradient of an
  // image, and for each filter its gradients of an image that are not zero, with their number.
  @_transparent var kernelStart: Int { plan.scratchCount }
  @_transparent var kernelGradientStart: Int { kernelStart + kernelCount }
  @_transparent var inputGradientStart: Int { kernelGradientStart + kernelCount }
  @_transparent var valuesStart: Int { inputGradientStart + inputGradientCount }
  @_transparent var offsetsStart: Int { valuesStart + plan.geometry.filters * windows }
  @_transparent var countsStart: Int { offsetsStart + plan.geometry.filters * windows }
  @_transparent var count: Int { countsStart + plan.geometry.filters }
}

/// The gradients of one image that are not zero, by filter.
private struct GradientLists {
  let values: UnsafeMutablePointer<Float>
  /// Where the patch of each starts.
  let offsets: UnsafeMutablePointer<Int32>
  let counts: UnsafeMutablePointer<Int32>
  /// The room for each filter.
  let windows: Int

  init(_ parts: PooledScratch, _ scratch: UnsafeMutablePointer<Float>) {
    values = scratch + parts.valuesStart
    offsets = UnsafeMutableRawPointer(scratch + parts.offsetsStart).assumingMemoryBound(to: Int32.self)
    counts = UnsafeMutableRawPointer(scratch + parts.countsStart).assumingMemoryBound(to: Int32.self)
    windows = parts.windows
  }
}

extension VectorKernels {
  /// The floats of scratch that the kernels of pooled convolutions need.
  @inline(never)
  public static func pooledConvolutionScratchCount(_ geometry: ConvolutionGeometry) -> Int {
    PooledScratch(geometry).count
  }

  /// output = the largest of each 2x2 window of input ∗ kernel + bias, or ReLU of it.
  ///
  /// - Parameters:
  ///   - output: (samples, output height / 2, output width / 2, filters), overwritten
  ///   - selected: as `output`: which of the window's four values was the first largest one, row by row (0 to 3)
  ///   - scratch: `pooledConvolutionScratchCount` floats
  ///   - input, kernel, bias, positions, taps: as in `convolutionForward`
  @inline(never)
  public static func pooledConvolutionForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<UInt8>, samples: Int,
    geometry: ConvolutionGeometry, relu: Bool, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (plan, windows) = (ConvolutionPlan(geometry), PooledScratch(geometry).windows)
    let panels = plan.filterPanels
    packFilters(kernel, plan, scratch)
    let packedBias = packBias(bias, plan, scratch + plan.packedCount)
    for sample in 0..<samples {
      let image = covered(input + sample * plan.inputCount, plan, scratch + plan.imageStart)
      for panel in 0..<panels.count {
        let column = panels.firstColumn(of: panel)
        let first = sample * windows * geometry.filters + column
        withRow(
          width: panels.width(of: panel),
          PooledProduct(
            image: image, positions: positions, taps: taps, kernel: scratch + column * plan.taps,
            bias: packedBias.map { $0 + column }, output: output + first, selected: selected + first,
            geometry: geometry, tapCount: plan.taps, lastLanes: panels.lastLanes(of: panel), relu: relu))
      }
    }
  }

  /// - Parameters:
  ///   - output, selected: what the forward pass wrote
  ///   - outputGradient: as `output`
  ///   - kernelGradient: (height, width, channels, filters), overwritten with the sum over the samples
  ///   - biasGradient: (filters), overwritten; nil for no bias
  ///   - inputGradient: (samples, height, width, channels), overwritten; nil if nobody needs it
  ///   - relu: whether output that is not positive has no gradient
  @inline(never)
  public static func pooledConvolutionGradients(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, output: UnsafePointer<Float>,
    selected: UnsafePointer<UInt8>, outputGradient: UnsafePointer<Float>,
    kernelGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry, relu: Bool,
    positions: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    let parts = PooledScratch(geometry)
    let plan = parts.plan
    let lists = GradientLists(parts, scratch)
    let transposedGradient = scratch + parts.kernelGradientStart
    transposedGradient.update(repeating: 0, count: parts.kernelCount)
    if inputGradient != nil {
      transpose(kernel, rows: plan.taps, columns: geometry.filters, scratch + parts.kernelStart)
    }
    biasGradient?.update(repeating: 0, count: geometry.filters)
    for sample in 0..<samples {
      let first = sample * parts.windows * geometry.filters
      let image = covered(input + sample * plan.inputCount, plan, scratch + plan.imageStart)
      listGradients(
        outputGradient + first, output + first, selected + first, geometry, plan, relu: relu, positions: positions,
        lists)
      if let biasGradient { addSums(lists, filters: geometry.filters, biasGradient) }
      addPatches(lists, geometry, plan, image, transposedGradient)
      guard let target = inputGradient.map({ $0 + sample * plan.inputCount }) else { continue }
      let imageGradient = plan.isInPlace ? target : scratch + parts.inputGradientStart
      imageGradient.update(repeating: 0, count: plan.isInPlace ? plan.inputCount : plan.coveredCount)
      addKernels(lists, geometry, plan, scratch + parts.kernelStart, imageGradient)
      if !plan.isInPlace { crop(imageGradient, plan, target) }
    }
    transpose(transposedGradient, rows: geometry.filters, columns: plan.taps, kernelGradient)
  }

  // MARK: - Gradients

  /// Lists the gradients of one image that are not zero, filter by filter.
  @inline(never)
  private static func listGradients(
    _ gradients: UnsafePointer<Float>, _ outputs: UnsafePointer<Float>, _ selected: UnsafePointer<UInt8>,
    _ geometry: ConvolutionGeometry, _ plan: ConvolutionPlan, relu: Bool, positions: UnsafePointer<Int32>,
    _ lists: GradientLists
  ) {
    let filters = geometry.filters
    lists.counts.update(repeating: 0, count: filters)
    let right = geometry.strideWidth * geometry.inputChannels
    let below = geometry.strideHeight * plan.coveredWidth * geometry.inputChannels
    let (height, width) = (geometry.outputHeight / 2, geometry.outputWidth / 2)
    let floor: Float = relu ? 0 : -.infinity
    for row in 0..<height {
      for column in 0..<width {
        let window = (row * width + column) * filters
        let corner = Int(positions[2 * row * geometry.outputWidth + 2 * column])
        for filter in 0..<filters {
          let choice = Int(selected[window + filter])
          let value = gradients[window + filter]
          let count = Int(lists.counts[filter])
          let place = filter * lists.windows + count
          // Written in any case, kept by counting it: whether a gradient is zero cannot be foreseen.
          lists.values[place] = value
          lists.offsets[place] = Int32(truncatingIfNeeded: corner + (choice & 1) * right + (choice >> 1) * below)
          let isKept = outputs[window + filter] > floor && value != 0
          lists.counts[filter] = Int32(truncatingIfNeeded: count &+ (isKept ? 1 : 0))
        }
      }
    }
  }

  private static func addSums(_ lists: GradientLists, filters: Int, _ sums: UnsafeMutablePointer<Float>) {
    for filter in 0..<filters {
      var sum: Float = 0
      for index in 0..<Int(lists.counts[filter]) { sum += lists.values[filter * lists.windows + index] }
      sums[filter] += sum
    }
  }

  /// Adds to each filter's kernel gradient (taps) the patches of its gradients.
  @inline(never)
  private static func addPatches(
    _ lists: GradientLists, _ geometry: ConvolutionGeometry, _ plan: ConvolutionPlan, _ image: UnsafePointer<Float>,
    _ kernelGradient: UnsafeMutablePointer<Float>
  ) {
    let panels = plan.tapPanels
    for panel in 0..<panels.count {
      withRow(
        width: panels.width(of: panel),
        PatchSums(
          lists: lists, image: image + panels.firstColumn(of: panel),
          kernelGradient: kernelGradient + panels.firstColumn(of: panel), filters: geometry.filters, taps: plan.taps,
          kernelRows: geometry.kernelHeight, rowTaps: plan.rowTaps,
          imageStride: plan.coveredWidth * geometry.inputChannels, lastLanes: panels.lastLanes(of: panel)))
    }
  }

  /// Adds to the gradient of an image the kernels (filters, taps), times the gradients.
  @inline(never)
  private static func addKernels(
    _ lists: GradientLists, _ geometry: ConvolutionGeometry, _ plan: ConvolutionPlan, _ kernels: UnsafePointer<Float>,
    _ imageGradient: UnsafeMutablePointer<Float>
  ) {
    let panels = plan.tapPanels
    for panel in 0..<panels.count {
      withRow(
        width: panels.width(of: panel),
        KernelSums(
          lists: lists, imageGradient: imageGradient + panels.firstColumn(of: panel),
          kernels: kernels + panels.firstColumn(of: panel), filters: geometry.filters, taps: plan.taps,
          kernelRows: geometry.kernelHeight, rowTaps: plan.rowTaps,
          imageStride: plan.coveredWidth * geometry.inputChannels, lastLanes: panels.lastLanes(of: panel)))
    }
  }

  /// target (columns, rows) = values (rows, columns), in blocks that fit the cache.
  @inline(never)
  private static func transpose(
    _ values: UnsafePointer<Float>, rows: Int, columns: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let block = 16
    for firstRow in stride(from: 0, to: rows, by: block) {
      for firstColumn in stride(from: 0, to: columns, by: block) {
        for row in firstRow..<min(firstRow + block, rows) {
          for column in firstColumn..<min(firstColumn + block, columns) {
            target[column * rows + row] = values[row * columns + column]
          }
        }
      }
    }
  }
}

/// The pooled outputs of one image, for some filters.
private struct PooledProduct: ColumnPanel {
  let image: UnsafePointer<Float>
  let positions: UnsafePointer<Int32>
  let taps: UnsafePointer<Int32>
  /// (taps, panel width)
  let kernel: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let output: UnsafeMutablePointer<Float>
  let selected: UnsafeMutablePointer<UInt8>
  let geometry: ConvolutionGeometry
  let tapCount: Int
  let lastLanes: Int
  let relu: Bool

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_: Row.Type) {
    let start = bias.map { Row($0) } ?? Row()
    let width = geometry.outputWidth
    var window = 0
    for row in 0..<geometry.outputHeight / 2 {
      for column in 0..<width / 2 {
        let corner = positions + 2 * row * width + 2 * column
        pool(
          image + Int(corner[0]), image + Int(corner[1]), image + Int(corner[width]), image + Int(corner[width + 1]),
          start, output + window * geometry.filters, selected + window * geometry.filters)
        window += 1
      }
    }
  }

  @inline(__always)
  private func pool<Row: VectorRow>(
    _ p0: UnsafePointer<Float>, _ p1: UnsafePointer<Float>, _ p2: UnsafePointer<Float>, _ p3: UnsafePointer<Float>,
    _ start: Row, _ output: UnsafeMutablePointer<Float>, _ selected: UnsafeMutablePointer<UInt8>
  ) {
    var (r0, r1, r2, r3) = (start, start, start, start)
    for tap in 0..<tapCount {
      let weights = Row(kernel + tap * Row.width * lanes)
      let offset = Int(taps[tap])
      r0.add(Vector(repeating: p0[offset]), times: weights)
      r1.add(Vector(repeating: p1[offset]), times: weights)
      r2.add(Vector(repeating: p2[offset]), times: weights)
      r3.add(Vector(repeating: p3[offset]), times: weights)
    }
    Row.storeLargest((r0, r1, r2, r3), relu: relu, output, selected, last: lastLanes)
  }
}

/// Some taps of each row of the kernel: the sums of patches.
private struct PatchSums: ColumnPanel {
  let lists: GradientLists
  let image: UnsafePointer<Float>
  /// (filters, taps)
  let kernelGradient: UnsafeMutablePointer<Float>
  let filters: Int
  let taps: Int
  let kernelRows: Int
  let rowTaps: Int
  let imageStride: Int
  let lastLanes: Int

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_: Row.Type) {
    for filter in 0..<filters {
      let (values, offsets) = (lists.values + filter * lists.windows, lists.offsets + filter * lists.windows)
      let count = Int(lists.counts[filter])
      for row in 0..<kernelRows {
        let target = kernelGradient + filter * taps + row * rowTaps
        let source = image + row * imageStride
        var sums = Row(target, last: lastLanes)
        if lastLanes == lanes {
          for index in 0..<count {
            sums.add(Vector(repeating: values[index]), times: Row(source + Int(offsets[index])))
          }
        } else {
          for index in 0..<count {
            sums.add(Vector(repeating: values[index]), times: Row(source + Int(offsets[index]), last: lastLanes))
          }
        }
        sums.store(target, last: lastLanes)
      }
    }
  }
}

/// Some taps of each row of the kernel: what they add to the gradient of the image.
private struct KernelSums: ColumnPanel {
  let lists: GradientLists
  let imageGradient: UnsafeMutablePointer<Float>
  /// (filters, taps)
  let kernels: UnsafePointer<Float>
  let filters: Int
  let taps: Int
  let kernelRows: Int
  let rowTaps: Int
  let imageStride: Int
  let lastLanes: Int

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_: Row.Type) {
    for filter in 0..<filters {
      let (values, offsets) = (lists.values + filter * lists.windows, lists.offsets + filter * lists.windows)
      let count = Int(lists.counts[filter])
      for row in 0..<kernelRows {
        let weights = Row(kernels + filter * taps + row * rowTaps, last: lastLanes)
        let image = imageGradient + row * imageStride
        for index in 0..<count {
          let target = image + Int(offsets[index])
          var sums = Row(target, last: lastLanes)
          sums.add(Vector(repeating: values[index]), times: weights)
          sums.store(target, last: lastLanes)
        }
      }
    }
  }
}
