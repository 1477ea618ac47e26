import CVector

// Depthwise convolutions over NHWC images: each channel has filters of its own. Vectors go over the channels.
//
// The kernel is (height, width, channels, filters per channel): with several filters per channel the image is widened
// to as many channels as there are filters. Positions and taps are tables of offsets, as in other convolutions.

extension VectorKernels {
  /// The number of scratch floats of the depthwise kernels.
  @inline(never)
  public static func depthwiseScratchCount(_ geometry: ConvolutionGeometry) -> Int {
    DepthwisePlan(geometry).scratchCount
  }

  /// Fills the offset tables, in floats.
  ///
  /// - Parameters:
  ///   - positions: (output height · output width)
  ///   - taps: (kernel height · kernel width)
  ///   - gradientPositions: (input height · input width)
  ///   - gradientTaps: as `taps`
  @inline(never)
  public static func depthwiseOffsets(
    _ geometry: ConvolutionGeometry, positions: UnsafeMutablePointer<Int32>, taps: UnsafeMutablePointer<Int32>,
    gradientPositions: UnsafeMutablePointer<Int32>, gradientTaps: UnsafeMutablePointer<Int32>
  ) {
    let plan = DepthwisePlan(geometry)
    let filters = plan.filters
    for row in 0..<geometry.outputHeight {
      for column in 0..<geometry.outputWidth {
        let pixel = row * geometry.strideHeight * plan.forward.coveredWidth + column * geometry.strideWidth
        positions[row * geometry.outputWidth + column] = Int32(pixel * filters)
      }
    }
    for row in 0..<geometry.inputHeight {
      for column in 0..<geometry.inputWidth {
        gradientPositions[row * geometry.inputWidth + column] = Int32((row * plan.spreadWidth + column) * filters)
      }
    }
    let count = geometry.kernelHeight * geometry.kernelWidth
    for tap in 0..<count {
      let (row, column) = tap.quotientAndRemainder(dividingBy: geometry.kernelWidth)
      taps[tap] = Int32(plan.forward.pixelOffset(row: row, column: column))
      // The gradient meets the kernel mirrored.
      let pixel = row * geometry.dilationHeight * plan.spreadWidth + column * geometry.dilationWidth
      gradientTaps[count - 1 - tap] = Int32(pixel * filters)
    }
  }

  /// output = input ∗ kernel + bias per channel, or ReLU of it.
  ///
  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - kernel: (height, width, channels, filters per channel)
  ///   - bias: (filters), or nil for none
  ///   - output: (samples, output height, output width, filters), overwritten
  ///   - positions, taps: filled by `depthwiseOffsets`
  ///   - scratch: `depthwiseScratchCount` floats
  @inline(never)
  public static func depthwiseForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionGeometry, relu: Bool,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = DepthwisePlan(geometry)
    for sample in 0..<samples {
      let image = wideImage(input, sample, plan, scratch)
      let target = output + sample * plan.forward.positions * plan.filters
      forEachBlock(plan.forward.positions, plan.filters) { rows, column, count in
        LaneProduct(
          a: image + column, rowOffsets: Tabled(positions + rows.lowerBound), depthOffsets: Tabled(taps),
          b: kernel + column, c: target + rows.lowerBound * plan.filters + column, stride: plan.filters,
          rows: rows.count, depth: plan.forward.taps, columns: count, bias: bias.map { $0 + column },
          destination: relu ? .overwriteWithRelu : .overwrite)()
      }
    }
  }

  /// - Parameters:
  ///   - outputGradient: (samples, output height, output width, filters)
  ///   - kernelGradient: (height, width, channels, filters per channel), overwritten with the sum over the samples
  ///   - biasGradient: (filters), overwritten with the sum over samples and positions; nil for no bias
  ///   - input, positions, taps, scratch: as in the forward pass
  @inline(never)
  public static func depthwiseKernelGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, kernelGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = DepthwisePlan(geometry)
    for sample in 0..<samples {
      let image = wideImage(input, sample, plan, scratch)
      let gradient = outputGradient + sample * plan.forward.positions * plan.filters
      forEachBlock(plan.forward.positions, plan.filters) { block, column, count in
        LaneProduct(
          a: image + column, rowOffsets: Tabled(taps), depthOffsets: Tabled(positions + block.lowerBound),
          b: gradient + block.lowerBound * plan.filters + column, c: kernelGradient + column, stride: plan.filters,
          rows: plan.forward.taps, depth: block.count, columns: count,
          destination: sample + block.lowerBound == 0 ? .overwrite : .add)()
      }
    }
    guard let biasGradient else { return }
    sumRows(outputGradient, rows: samples * plan.forward.positions, columns: plan.filters, biasGradient)
  }

  /// - Parameters:
  ///   - inputGradient: (samples, height, width, channels), overwritten
  ///   - positions, taps: `gradientPositions` and `gradientTaps` of `depthwiseOffsets`
  ///   - outputGradient, kernel, scratch: as in the other passes
  @inline(never)
  public static func depthwiseInputGradient(
    outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = DepthwisePlan(geometry)
    let spread = scratch + plan.imageStart
    for sample in 0..<samples {
      spreadGradient(outputGradient + sample * plan.forward.positions * plan.filters, plan, spread)
      let target = inputGradient + sample * plan.inputPixels * geometry.inputChannels
      let wide = plan.multiplier == 1 ? target : scratch
      forEachBlock(plan.inputPixels, plan.filters) { rows, column, count in
        LaneProduct(
          a: spread + column, rowOffsets: Tabled(positions + rows.lowerBound), depthOffsets: Tabled(taps),
          b: kernel + column, c: wide + rows.lowerBound * plan.filters + column, stride: plan.filters,
          rows: rows.count, depth: plan.forward.taps, columns: count)()
      }
      if plan.multiplier > 1 { narrow(wide, plan, target) }
    }
  }

  /// Calls `body` for blocks of positions that stay in the L1 cache, with the first column of each vector, and the number
  /// of columns in it.
  @inline(__always)
  private static func forEachBlock(
    _ positions: Int, _ columns: Int, _ body: (_ positions: Range<Int>, _ column: Int, _ count: Int) -> Void
  ) {
    let block = max(36, 2048 / columns)
    for first in stride(from: 0, to: positions, by: block) {
      for column in stride(from: 0, to: columns, by: lanes) {
        body(first..<min(first + block, positions), column, min(lanes, columns - column))
      }
    }
  }

  // MARK: - Images

  /// One image of a batch, with a channel for each filter, and its padding if windows extend past it.
  @_transparent
  private static func wideImage(
    _ input: UnsafePointer<Float>, _ sample: Int, _ plan: DepthwisePlan, _ scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let image = input + sample * plan.inputPixels * (plan.filters / plan.multiplier)
    if plan.multiplier == 1 { return covered(image, plan.forward, scratch) }
    widen(image, plan, scratch)
    return covered(scratch, plan.forward, scratch + plan.imageStart)
  }

  /// Repeats each channel for each of its filters.
  @inline(never)
  private static func widen(
    _ image: UnsafePointer<Float>, _ plan: DepthwisePlan, _ wide: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<plan.forward.inputCount / plan.multiplier {
      for filter in 0..<plan.multiplier { wide[index * plan.multiplier + filter] = image[index] }
    }
  }

  /// The sum over the filters of each channel.
  @inline(never)
  private static func narrow(
    _ wide: UnsafePointer<Float>, _ plan: DepthwisePlan, _ image: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<plan.forward.inputCount / plan.multiplier {
      var sum: Float = 0
      for filter in 0..<plan.multiplier { sum += wide[index * plan.multiplier + filter] }
      image[index] = sum
    }
  }

  /// Writes the output gradient with as many zeros between its pixels as the strides skip, and those around it that the
  /// mirrored kernel sees.
  @inline(never)
  private static func spreadGradient(
    _ gradient: UnsafePointer<Float>, _ plan: DepthwisePlan, _ spread: UnsafeMutablePointer<Float>
  ) {
    let geometry = plan.forward.geometry
    spread.update(repeating: 0, count: plan.spreadCount)
    for row in 0..<geometry.outputHeight {
      let spreadRow = row * geometry.strideHeight + plan.spreadTop
      guard spreadRow >= 0, spreadRow < plan.spreadHeight else { continue }
      if geometry.strideWidth == 1, plan.spreadLeft >= 0, plan.spreadLeft + geometry.outputWidth <= plan.spreadWidth {
        (spread + (spreadRow * plan.spreadWidth + plan.spreadLeft) * plan.filters).update(
          from: gradient + row * geometry.outputWidth * plan.filters, count: geometry.outputWidth * plan.filters)
        continue
      }
      for column in 0..<geometry.outputWidth {
        let spreadColumn = column * geometry.strideWidth + plan.spreadLeft
        guard spreadColumn >= 0, spreadColumn < plan.spreadWidth else { continue }
        copyRow(
          gradient + (row * geometry.outputWidth + column) * plan.filters, count: plan.filters,
          spread + (spreadRow * plan.spreadWidth + spreadColumn) * plan.filters, padded: plan.filters)
      }
    }
  }
}
