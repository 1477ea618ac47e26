import CVector

// Convolutions of any size followed by 2x2 max pooling, over NHWC images.
//
// The four rows of a tile are the four positions in a pool window, so that sums are pooled in registers and only pooled
// values are written. In the backward pass, each pooled gradient belongs to only one of the four positions, and with a
// ReLU many are zero. Two methods use that: input gradients, and gradients of kernels whose rows fill a vector, process
// gradients one by one (`PooledGradientLists`). Kernels with shorter rows, as over images of 1 or 3 channels, process
// all filters at a time (`PooledQuads`).

/// The layout of the gradients' scratch memory, in floats, after that of the convolution.
private struct PooledScratch {
  let plan: ConvolutionPlan
  let lists: PooledGradientLists.Sizes
  let quads: PooledQuads.Sizes

  @_transparent init(_ geometry: ConvolutionGeometry) {
    plan = ConvolutionPlan(geometry)
    lists = PooledGradientLists.Sizes(plan)
    quads = PooledQuads.Sizes(plan)
  }

  @_transparent var usesQuads: Bool { plan.rowTaps < lanes }
  @_transparent var listsStart: Int { plan.scratchCount }
  @_transparent var quadsStart: Int { listsStart + lists.count }
  @_transparent var count: Int { quadsStart + (usesQuads ? quads.count : 0) }
}

extension VectorKernels {
  /// Whether the geometry fits the kernels of pooled convolutions: filters in 16 bits (`PooledGradientLists.list`), and
  /// offsets in an image or among the kernels in 32.
  @inline(never)
  public static func fitsPooledConvolution(_ geometry: ConvolutionGeometry) -> Bool {
    let plan = ConvolutionPlan(geometry)
    return geometry.filters <= Int(UInt16.max) && geometry.filters * plan.taps <= Int(Int32.max)
      && plan.coveredCount <= Int(Int32.max)
  }

  /// The number of scratch floats of the pooled convolution kernels.
  @inline(never)
  public static func pooledConvolutionScratchCount(_ geometry: ConvolutionGeometry) -> Int {
    PooledScratch(geometry).count
  }

  /// output = the maximum of each 2x2 window of input ∗ kernel + bias, or ReLU of it.
  ///
  /// - Parameters:
  ///   - output: (samples, output height / 2, output width / 2, filters), overwritten
  ///   - selected: as `output`: the index of the first maximum among the window's four values, row by row (0 to 3)
  ///   - scratch: `pooledConvolutionScratchCount` floats
  ///   - input, kernel, bias, positions, taps: as in `convolutionForward`
  @inline(never)
  public static func pooledConvolutionForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<UInt8>, samples: Int,
    geometry: ConvolutionGeometry, relu: Bool, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = ConvolutionPlan(geometry)
    let panels = plan.filterPanels
    packFilters(kernel, plan, scratch)
    let packedBias = packBias(bias, plan, scratch + plan.packedCount)
    for sample in 0..<samples {
      let image = covered(input + sample * plan.inputCount, plan, scratch + plan.imageStart)
      for panel in 0..<panels.count {
        let column = panels.firstColumn(of: panel)
        let first = sample * plan.windows * geometry.filters + column
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
  ///   - output, selected: results of the forward pass
  ///   - outputGradient: as `output`
  ///   - kernelGradient: (height, width, channels, filters), overwritten with the sum over the samples for the filters in
  ///     `range`; nil if the gradients of kernel and bias are not needed
  ///   - biasGradient: (filters), likewise; nil for no bias
  ///   - inputGradient: (samples, height, width, channels), overwritten; nil if it is not needed
  ///   - range: the filters whose gradients are computed: all of them, if the input's gradient is needed
  ///   - relu: whether output that is not positive has no gradient
  @inline(never)
  public static func pooledConvolutionGradients(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, output: UnsafePointer<Float>,
    selected: UnsafePointer<UInt8>, outputGradient: UnsafePointer<Float>,
    kernelGradient: UnsafeMutablePointer<Float>?, biasGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry, range: Range<Int>,
    relu: Bool, positions: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(inputGradient == nil || range.count == geometry.filters, "an input's gradient needs all filters")
    let parts = PooledScratch(geometry)
    let plan = parts.plan
    let lists = PooledGradientLists(plan, parts.lists, scratch + parts.listsStart)
    let quads = PooledQuads(plan, parts.quads, scratch + parts.quadsStart)
    lists.begin(range, kernel: inputGradient == nil ? nil : kernel)
    // The gradients of the variables, with the method that fits.
    let (quadGradient, listGradient) = parts.usesQuads ? (kernelGradient, nil) : (nil, kernelGradient)
    if let quadGradient {
      for tap in 0..<plan.taps {
        (quadGradient + tap * geometry.filters + range.lowerBound).update(repeating: 0, count: range.count)
      }
    }
    biasGradient.map { $0 + range.lowerBound }?.update(repeating: 0, count: range.count)
    for sample in 0..<samples {
      let first = sample * plan.windows * geometry.filters
      let pooled = PooledGradients(
        values: outputGradient + first, outputs: output + first, selected: selected + first, relu: relu)
      let image = covered(input + sample * plan.inputCount, plan, scratch + plan.imageStart)
      if let quadGradient { quads.addGradients(pooled, range, image, quadGradient, biasGradient) }
      if listGradient != nil || inputGradient != nil { lists.list(pooled, range, positions: positions) }
      if listGradient != nil {
        if let biasGradient { lists.addSums(range, biasGradient) }
        lists.addPatches(image, range)
      }
      if let inputGradient {
        lists.writeInputGradient(inputGradient + sample * plan.inputCount, positions: positions)
      }
    }
    if let listGradient { lists.writeKernelGradient(range, listGradient) }
  }
}

/// The gradients of the pooled outputs of one image, all (height, width, filters).
struct PooledGradients {
  let values: UnsafePointer<Float>
  let outputs: UnsafePointer<Float>
  let selected: UnsafePointer<UInt8>
  /// Whether outputs that are not positive have no gradient.
  let relu: Bool
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
