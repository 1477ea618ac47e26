import CVector

// Convolutions of any size over NHWC images with HWIO kernels, as matrix products.
//
// Each group of channels and filters is a product of its own: its image starts some channels later. The rows of the
// product are output positions (or kernel taps), the columns are filters (or channels). Patches are not
// copied: two tables hold the offsets of positions and taps in the image. Only an image that windows extend past is
// copied first, with its padding, one sample at a time.

extension VectorKernels {
  /// The number of scratch floats of the convolution kernels.
  @inline(never)
  public static func convolutionScratchCount(_ geometry: ConvolutionGeometry) -> Int {
    let count = ConvolutionPlan(geometry).scratchCount
    guard let mirrored = geometry.mirrored else { return count }
    return max(count, ConvolutionPlan(mirrored).scratchCount)
  }

  /// Fills the offset tables of the gradient of the input, in floats.
  ///
  /// - Parameters:
  ///   - positions: the larger of (output height · output width) and (input height · input width)
  ///   - taps: (kernel height · kernel width · filters of a group)
  @inline(never)
  public static func convolutionGradientOffsets(
    _ geometry: ConvolutionGeometry, positions: UnsafeMutablePointer<Int32>, taps: UnsafeMutablePointer<Int32>
  ) {
    if let mirrored = geometry.mirrored {
      convolutionOffsets(mirrored, positions: positions, taps: taps)
    } else {
      fillPositions(ConvolutionPlan(geometry), positions)
    }
  }

  /// Fills the offset tables, in floats.
  ///
  /// - Parameters:
  ///   - positions: (output height · output width)
  ///   - taps: (kernel height · kernel width · channels of a group)
  @inline(never)
  public static func convolutionOffsets(
    _ geometry: ConvolutionGeometry, positions: UnsafeMutablePointer<Int32>, taps: UnsafeMutablePointer<Int32>
  ) {
    let plan = ConvolutionPlan(geometry)
    fillPositions(plan, positions)
    for tap in 0..<plan.taps {
      let (pixel, channel) = tap.quotientAndRemainder(dividingBy: plan.groupChannels)
      let (row, column) = pixel.quotientAndRemainder(dividingBy: geometry.kernelWidth)
      taps[tap] = Int32(plan.pixelOffset(row: row, column: column) + channel)
    }
  }

  @inline(never)
  private static func fillPositions(_ plan: ConvolutionPlan, _ positions: UnsafeMutablePointer<Int32>) {
    let geometry = plan.geometry
    for row in 0..<geometry.outputHeight {
      for column in 0..<geometry.outputWidth {
        let pixel = row * geometry.strideHeight * plan.coveredWidth + column * geometry.strideWidth
        positions[row * geometry.outputWidth + column] = Int32(pixel * geometry.inputChannels)
      }
    }
  }

  /// output = input ∗ kernel + bias, or ReLU of it.
  ///
  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - kernel: (height, width, channels, filters)
  ///   - bias: (filters), or nil for none
  ///   - output: (samples, output height, output width, filters), overwritten
  ///   - positions, taps: filled by `convolutionOffsets`
  ///   - scratch: `convolutionScratchCount` floats
  @inline(never)
  public static func convolutionForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionGeometry, relu: Bool,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = ConvolutionPlan(geometry)
    for group in 0..<geometry.groups {
      packFilters(kernel + group * plan.groupFilters, plan, scratch + group * plan.groupPackedCount)
    }
    convolve(
      input, bias: packBiases(bias, plan, scratch + plan.packedCount), output, samples: samples, plan, relu: relu,
      positions: positions, taps: taps, scratch: scratch)
  }

  /// Convolves with the kernel packed in the scratch.
  ///
  /// - Parameter packedBias: as `packBiases` returns it.
  @inline(never)
  private static func convolve(
    _ input: UnsafePointer<Float>, bias packedBias: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>,
    samples: Int, _ plan: ConvolutionPlan, relu: Bool, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (geometry, panels) = (plan.geometry, plan.filterPanels)
    for sample in 0..<samples {
      let image = covered(input + sample * plan.inputCount, plan, scratch + plan.imageStart)
      for group in 0..<geometry.groups {
        let packed = scratch + group * plan.groupPackedCount
        let bias = packedBias.map { $0 + group * panels.paddedColumns }
        let target = output + sample * plan.positions * geometry.filters + group * plan.groupFilters
        for panel in 0..<panels.count {
          let column = panels.firstColumn(of: panel)
          MatrixProduct(
            a: image + group * plan.groupChannels, rowOffsets: Tabled(positions), depthOffsets: Tabled(taps),
            b: packed + column * plan.taps, bStride: panels.width(of: panel) * lanes, c: target + column,
            targetOffsets: Strided(geometry.filters), rows: plan.positions, depth: plan.taps,
            lastLanes: panels.lastLanes(of: panel), isPacked: true, bias: bias.map { $0 + column },
            destination: relu ? .overwriteWithRelu : .overwrite)(width: panels.width(of: panel))
        }
      }
    }
  }

  /// - Parameters:
  ///   - outputGradient: (samples, output height, output width, filters)
  ///   - kernelGradient: (height, width, channels, filters), overwritten with the sum over the samples for the taps in
  ///     `range`
  ///   - biasGradient: (filters), overwritten with the sum over samples and positions; nil for no bias
  ///   - range: the taps, (height, width, channels), whose gradients are computed
  ///   - input, positions, taps, scratch: as in the forward pass
  @inline(never)
  public static func convolutionKernelGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, kernelGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry, range: Range<Int>,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = ConvolutionPlan(geometry)
    let panels = plan.filterPanels
    for sample in 0..<samples {
      let image = covered(input + sample * plan.inputCount, plan, scratch + plan.imageStart)
      let gradient = outputGradient + sample * plan.positions * geometry.filters
      for first in stride(from: 0, to: plan.positions, by: plan.positionBlock) {
        for group in 0..<geometry.groups {
          for panel in 0..<panels.count {
            let column = group * plan.groupFilters + panels.firstColumn(of: panel)
            MatrixProduct(
              a: image + group * plan.groupChannels, rowOffsets: Tabled(taps + range.lowerBound),
              depthOffsets: Tabled(positions + first), b: gradient + first * geometry.filters + column,
              bStride: geometry.filters, c: kernelGradient + range.lowerBound * geometry.filters + column,
              targetOffsets: Strided(geometry.filters), rows: range.count,
              depth: min(plan.positionBlock, plan.positions - first), lastLanes: panels.lastLanes(of: panel),
              destination: sample + first == 0 ? .overwrite : .add)(width: panels.width(of: panel))
          }
        }
      }
    }
    guard let biasGradient else { return }
    sumRows(outputGradient, rows: samples * plan.positions, columns: geometry.filters, biasGradient)
  }

  /// - Parameters:
  ///   - inputGradient: (samples, height, width, channels), overwritten
  ///   - positions, taps: filled by `convolutionGradientOffsets`
  ///   - outputGradient, kernel, scratch: as in the other passes
  @inline(never)
  public static func convolutionInputGradient(
    outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if let mirrored = geometry.mirrored {
      let plan = ConvolutionPlan(mirrored)
      for group in 0..<geometry.groups {
        packMirrored(kernel + group * plan.groupChannels, plan, scratch + group * plan.groupPackedCount)
      }
      convolve(
        outputGradient, bias: nil, inputGradient, samples: samples, plan, relu: false, positions: positions,
        taps: taps, scratch: scratch)
    } else {
      scatterInputGradient(
        outputGradient: outputGradient, kernel: kernel, inputGradient: inputGradient, samples: samples,
        geometry: geometry, positions: positions, scratch: scratch)
    }
  }

  /// Adds the gradient of each tap to its pixels.
  @inline(never)
  private static func scatterInputGradient(
    outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry, positions: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let plan = ConvolutionPlan(geometry)
    for group in 0..<geometry.groups {
      packTaps(kernel + group * plan.groupFilters, plan, scratch + group * plan.groupPackedCount)
    }
    for sample in 0..<samples {
      let target = inputGradient + sample * plan.inputCount
      let image = plan.isInPlace ? target : scratch + plan.imageStart
      image.update(repeating: 0, count: plan.isInPlace ? plan.inputCount : plan.coveredCount)
      let gradient = outputGradient + sample * plan.positions * geometry.filters
      for group in 0..<geometry.groups {
        addInputGradient(
          outputGradient: gradient + group * plan.groupFilters, packed: scratch + group * plan.groupPackedCount,
          image: image + group * plan.groupChannels, plan, positions)
      }
      if !plan.isInPlace { crop(image, plan, target) }
    }
  }

  /// Adds the gradient of one group's channels of one image.
  @_transparent
  private static func addInputGradient(
    outputGradient: UnsafePointer<Float>, packed: UnsafePointer<Float>, image: UnsafeMutablePointer<Float>,
    _ plan: ConvolutionPlan, _ positions: UnsafePointer<Int32>
  ) {
    let panels = plan.tapPanels
    let runCount = plan.groupFilters * panels.paddedColumns
    for run in 0..<plan.runs {
      for panel in 0..<panels.count {
        let column = panels.firstColumn(of: panel)
        MatrixProduct(
          a: outputGradient, rowOffsets: Strided(plan.geometry.filters), depthOffsets: Strided(1),
          b: packed + run * runCount + column * plan.groupFilters, bStride: panels.width(of: panel) * lanes,
          c: image + plan.runOffset(run) + column, targetOffsets: Tabled(positions), rows: plan.positions,
          depth: plan.groupFilters, lastLanes: panels.lastLanes(of: panel), isPacked: true, destination: .add)(
            width: panels.width(of: panel))
      }
    }
  }

  // MARK: - Packing

  /// Packs a group's kernel (taps, filters) into panels (taps, panel width), one after the other, zero-padded.
  @inline(never)
  static func packFilters(
    _ kernel: UnsafePointer<Float>, _ plan: ConvolutionPlan, _ packed: UnsafeMutablePointer<Float>
  ) {
    let panels = plan.filterPanels
    let filters = plan.groupFilters
    var target = packed
    for panel in 0..<panels.count {
      let (first, wide) = (panels.firstColumn(of: panel), panels.width(of: panel) * lanes)
      for tap in 0..<plan.taps {
        copyRow(
          kernel + tap * plan.geometry.filters + first, count: min(wide, filters - first), target, padded: wide)
        target += wide
      }
    }
  }

  /// Packs a group's kernel (taps, channels, filters) for the mirrored convolution: its taps in reverse order, its channels
  /// as filters, into panels as `packFilters` does.
  ///
  /// - Parameter plan: that of the mirrored convolution, whose channels are the kernel's filters.
  @inline(never)
  private static func packMirrored(
    _ kernel: UnsafePointer<Float>, _ plan: ConvolutionPlan, _ packed: UnsafeMutablePointer<Float>
  ) {
    let (panels, geometry) = (plan.filterPanels, plan.geometry)
    let (channels, filters) = (plan.groupFilters, geometry.inputChannels)
    var target = packed
    for panel in 0..<panels.count {
      let (first, wide) = (panels.firstColumn(of: panel), panels.width(of: panel) * lanes)
      for tap in (0..<geometry.kernelHeight * geometry.kernelWidth).reversed() {
        for filter in 0..<plan.groupChannels {
          for column in 0..<wide {
            let channel = first + column
            target[column] = channel < channels ? kernel[(tap * channels + channel) * filters + filter] : 0
          }
          target += wide
        }
      }
    }
  }

  /// Packs a group's transposed kernel into panels: (runs, panels, filters, panel width), zero-padded.
  @inline(never)
  private static func packTaps(
    _ kernel: UnsafePointer<Float>, _ plan: ConvolutionPlan, _ packed: UnsafeMutablePointer<Float>
  ) {
    let panels = plan.tapPanels
    let (filters, runTaps) = (plan.geometry.filters, plan.runTaps)
    var target = packed
    for run in 0..<plan.runs {
      for panel in 0..<panels.count {
        let (first, wide) = (panels.firstColumn(of: panel), panels.width(of: panel) * lanes)
        for filter in 0..<plan.groupFilters {
          for column in 0..<wide {
            let tap = first + column
            target[column] = tap < runTaps ? kernel[(run * runTaps + tap) * filters + filter] : 0
          }
          target += wide
        }
      }
    }
  }

  /// Pads a group's bias with zeros to whole vectors.
  @_transparent
  static func packBias(
    _ bias: UnsafePointer<Float>?, _ plan: ConvolutionPlan, _ packed: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float>? {
    guard let bias else { return nil }
    copyRow(bias, count: plan.groupFilters, packed, padded: plan.filterPanels.paddedColumns)
    return UnsafePointer(packed)
  }

  /// The padded biases of all groups, one after the other.
  @_transparent
  private static func packBiases(
    _ bias: UnsafePointer<Float>?, _ plan: ConvolutionPlan, _ packed: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float>? {
    guard let bias else { return nil }
    for group in 0..<plan.geometry.groups {
      _ = packBias(bias + group * plan.groupFilters, plan, packed + group * plan.filterPanels.paddedColumns)
    }
    return UnsafePointer(packed)
  }
}
