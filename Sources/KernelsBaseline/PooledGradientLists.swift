// Gradients of pooled outputs, one by one: each adds a multiple of an image patch to the kernel gradient, and a
// multiple of the kernel to the image gradient. Zero gradients are skipped.
//
// There are two lists, so that the sums stay in registers: by filter for the kernel gradient, and by patch for the
// image gradient.

/// A nonzero gradient, and the offset of its factor: its patch or its kernel.
struct ListedGradient {
  var value: Float
  var offset: Int32
}

/// The nonzero gradients of one image; the kernels and their gradients as (filters, taps).
struct PooledGradientLists {
  /// The layout of its memory, in floats.
  struct Sizes {
    let kernel: Int
    let image: Int
    let list: Int
    let counts: Int

    @_transparent init(_ plan: ConvolutionPlan) {
      kernel = plan.geometry.filters * plan.taps
      // With room for a vector that extends past the end.
      image = plan.coveredCount + lanes
      // By filter, room for all windows each; by patch, room for all filters for each of a window's four.
      list = 2 * plan.geometry.filters * plan.windows
      counts = plan.geometry.filters + 4 * plan.windows
    }

    @_transparent var count: Int { 2 * kernel + image + 5 * list + counts }
  }

  private let plan: ConvolutionPlan
  private let kernels: UnsafeMutablePointer<Float>
  private let kernelGradients: UnsafeMutablePointer<Float>
  private let image: UnsafeMutablePointer<Float>
  private let byFilter: UnsafeMutablePointer<ListedGradient>
  private let filterCounts: UnsafeMutablePointer<Int32>
  private let byPatch: UnsafeMutablePointer<ListedGradient>
  private let patchCounts: UnsafeMutablePointer<Int32>

  init(_ plan: ConvolutionPlan, _ sizes: Sizes, _ memory: UnsafeMutablePointer<Float>) {
    self.plan = plan
    byFilter = UnsafeMutableRawPointer(memory).bindMemory(to: ListedGradient.self, capacity: sizes.list / 2)
    byPatch = UnsafeMutableRawPointer(memory + sizes.list)
      .bindMemory(to: ListedGradient.self, capacity: 2 * sizes.list)
    kernels = memory + 5 * sizes.list
    kernelGradients = kernels + sizes.kernel
    image = kernelGradients + sizes.kernel
    filterCounts = UnsafeMutableRawPointer(image + sizes.image).bindMemory(to: Int32.self, capacity: sizes.counts)
    patchCounts = filterCounts + plan.geometry.filters
  }

  /// - Parameters:
  ///   - range: the filters.
  ///   - kernel: (taps, filters); nil if the image gradient is not needed.
  func begin(_ range: Range<Int>, kernel: UnsafePointer<Float>?) {
    (kernelGradients + range.lowerBound * plan.taps).update(repeating: 0, count: range.count * plan.taps)
    if let kernel {
      VectorKernels.transpose(kernel, rows: plan.taps, columns: plan.geometry.filters, kernels)
    }
  }

  /// Lists the gradients of some filters of one image.
  @inline(never)
  func list(_ pooled: PooledGradients, _ range: Range<Int>, positions: UnsafePointer<Int32>) {
    let geometry = plan.geometry
    filterCounts.update(repeating: 0, count: geometry.filters)
    for row in 0..<plan.pooledHeight {
      for column in 0..<plan.pooledWidth {
        list(
          pooled, range, window: row &* plan.pooledWidth &+ column,
          corner: positions[2 &* row &* geometry.outputWidth &+ 2 &* column])
      }
    }
  }

  /// Lists the gradients of one window.
  @inline(__always)
  private func list(_ pooled: PooledGradients, _ range: Range<Int>, window: Int, corner: Int32) {
    let (filters, windows, taps) = (plan.geometry.filters, plan.windows, plan.taps)
    let (values, outputs) = (pooled.values + window &* filters, pooled.outputs + window &* filters)
    let selected = pooled.selected + window &* filters
    let (byFilter, filterCounts) = (byFilter, filterCounts)
    let byPatch = byPatch + 4 &* window &* filters
    let right = Int32(truncatingIfNeeded: plan.geometry.strideWidth &* plan.geometry.inputChannels)
    let below = Int32(truncatingIfNeeded: plan.geometry.strideHeight &* imageStride)
    // The counts of the four lists by patch, 16 bits each.
    var counts: UInt64 = 0
    for filter in range {
      let (choice, value) = (Int32(selected[filter]), values[filter])
      let isKept = (!pooled.relu || outputs[filter] > 0) && value != 0
      // Always written, and kept by counting it: a branch on zero gradients would be mispredicted.
      let count = Int(filterCounts[filter])
      byFilter[filter &* windows &+ count] = ListedGradient(
        value: value, offset: corner &+ (choice & 1) &* right &+ (choice &>> 1) &* below)
      filterCounts[filter] = Int32(truncatingIfNeeded: count &+ (isKept ? 1 : 0))
      let shift = UInt64(truncatingIfNeeded: 16 &* choice)
      byPatch[Int(choice) &* filters &+ Int(counts &>> shift & 0xffff)] = ListedGradient(
        value: value, offset: Int32(truncatingIfNeeded: filter &* taps))
      counts = counts &+ (isKept ? 1 : 0) &<< shift
    }
    for choice in 0..<4 {
      patchCounts[4 &* window &+ choice] = Int32(truncatingIfNeeded: counts &>> UInt64(16 &* choice) & 0xffff)
    }
  }

  private var imageStride: Int { plan.coveredWidth * plan.geometry.inputChannels }

  /// Adds the sum of each filter.
  func addSums(_ range: Range<Int>, _ sums: UnsafeMutablePointer<Float>) {
    for filter in range {
      var sum: Float = 0
      for index in 0..<Int(filterCounts[filter]) { sum += byFilter[filter * plan.windows + index].value }
      sums[filter] += sum
    }
  }

  /// Adds to each filter's kernel gradient the patches of its gradients.
  @inline(never)
  func addPatches(_ image: UnsafePointer<Float>, _ range: Range<Int>) {
    forEachPanel { panel, column in
      PatchSums(
        panel: panel, range: range, entries: byFilter, counts: filterCounts, image: image + column,
        kernelGradients: kernelGradients + column)
    }
  }

  /// Overwrites the gradient of the image with the kernels, times the gradients.
  ///
  /// - Parameter positions: the offsets of the patches.
  @inline(never)
  func writeInputGradient(_ target: UnsafeMutablePointer<Float>, positions: UnsafePointer<Int32>) {
    // Kernel rows that end within a vector are added as if followed by zeros: after the last row, that needs the room
    // of the copy.
    let isInPlace = plan.isInPlace && plan.rowTaps % lanes == 0
    let image = isInPlace ? target : self.image
    image.update(repeating: 0, count: isInPlace ? plan.inputCount : plan.coveredCount)
    forEachPanel { panel, column in
      KernelSums(
        panel: panel, entries: byPatch, counts: patchCounts, positions: positions, image: image + column,
        kernels: kernels + column)
    }
    if !isInPlace { VectorKernels.crop(image, plan, target) }
  }

  /// - Parameters:
  ///   - range: the filters.
  ///   - target: (taps, filters), overwritten for them.
  func writeKernelGradient(_ range: Range<Int>, _ target: UnsafeMutablePointer<Float>) {
    VectorKernels.transpose(
      kernelGradients + range.lowerBound * plan.taps, rows: range.count, columns: plan.taps,
      target + range.lowerBound, stride: plan.geometry.filters)
  }

  @inline(__always)
  private func forEachPanel<Panel: ColumnPanel>(_ panel: (TapPanel, _ column: Int) -> Panel) {
    let panels = plan.tapPanels
    for index in 0..<panels.count {
      withRow(
        width: panels.width(of: index),
        panel(TapPanel(plan: plan, lastLanes: panels.lastLanes(of: index)), panels.firstColumn(of: index)))
    }
  }
}
