// The sums of listed gradients: some columns and rows of kernels at a time, in registers.

/// A block of columns of the kernels' rows.
struct TapPanel {
  let plan: ConvolutionPlan
  let lastLanes: Int

  /// The stride between rows, of an image and of a kernel, in floats.
  var imageStride: Int { @_transparent get { plan.coveredWidth * plan.geometry.inputChannels } }
  var rowTaps: Int { @_transparent get { plan.rowTaps } }

  /// Calls `body` for the rows of the kernel, in blocks that fit in registers.
  @inline(__always)
  func forEachStack<Row: VectorRow>(_: Row.Type, _ body: some StackedRows) {
    let height = plan.geometry.kernelHeight
    let stacks = (height + 2) / 3
    for stack in 0..<stacks {
      let first = height * stack / stacks
      switch height * (stack + 1) / stacks - first {
      case 1: body.compute(Stack1<Row>.self, firstRow: first)
      case 2: body.compute(Stack2<Row>.self, firstRow: first)
      default: body.compute(Stack3<Row>.self, firstRow: first)
      }
    }
  }
}

/// A computation over a block of rows of all kernels.
protocol StackedRows {
  func compute<Stack: RowStack>(_: Stack.Type, firstRow: Int)
}

extension RowStack {
  /// Adds the rows of each gradient, times the gradient.
  @inline(__always)
  fileprivate mutating func add(
    _ entries: UnsafePointer<ListedGradient>, count: Int, times rows: UnsafePointer<Float>, stride: Int, last: Int
  ) {
    if last == lanes {
      for index in 0..<count { add(entries[index].value, times: rows + Int(entries[index].offset), stride: stride) }
    } else {
      for index in 0..<count {
        add(entries[index].value, times: rows + Int(entries[index].offset), stride: stride, last: last)
      }
    }
  }
}

/// The sums of patches.
struct PatchSums: ColumnPanel, StackedRows {
  let panel: TapPanel
  /// The filters.
  let range: Range<Int>
  /// (filters, windows)
  let entries: UnsafePointer<ListedGradient>
  let counts: UnsafePointer<Int32>
  let image: UnsafePointer<Float>
  /// (filters, taps)
  let kernelGradients: UnsafeMutablePointer<Float>

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_ row: Row.Type) { panel.forEachStack(row, self) }

  @inline(__always)
  func compute<Stack: RowStack>(_: Stack.Type, firstRow: Int) {
    let (source, stride, last) = (image + firstRow * panel.imageStride, panel.imageStride, panel.lastLanes)
    for filter in range {
      let (entries, count) = (entries + filter * panel.plan.windows, Int(counts[filter]))
      let target = kernelGradients + filter * panel.plan.taps + firstRow * panel.rowTaps
      var sums = Stack(target, stride: panel.rowTaps, last: last)
      sums.add(entries, count: count, times: source, stride: stride, last: last)
      sums.store(target, stride: panel.rowTaps, last: last)
    }
  }
}

/// The sums of kernels in the image gradient.
struct KernelSums: ColumnPanel, StackedRows {
  let panel: TapPanel
  /// (windows, 4, filters)
  let entries: UnsafePointer<ListedGradient>
  /// (windows, 4)
  let counts: UnsafePointer<Int32>
  let positions: UnsafePointer<Int32>
  let image: UnsafeMutablePointer<Float>
  /// (filters, taps)
  let kernels: UnsafePointer<Float>

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_ row: Row.Type) { panel.forEachStack(row, self) }

  @inline(__always)
  func compute<Stack: RowStack>(_: Stack.Type, firstRow: Int) {
    let plan = panel.plan
    let width = plan.geometry.outputWidth
    let (image, kernels) = (image + firstRow * panel.imageStride, kernels + firstRow * panel.rowTaps)
    var patch = 0
    for row in 0..<plan.pooledHeight {
      for column in 0..<plan.pooledWidth {
        for choice in 0..<4 {
          let position = (2 * row + choice / 2) * width + 2 * column + choice % 2
          add(
            Stack.self, entries + patch * plan.geometry.filters, count: Int(counts[patch]), kernels,
            to: image + Int(positions[position]))
          patch += 1
        }
      }
    }
  }

  /// Adds kernels to one patch, in whole vectors: with zeros after the last lane of a kernel's row.
  @inline(__always)
  private func add<Stack: RowStack>(
    _: Stack.Type, _ entries: UnsafePointer<ListedGradient>, count: Int, _ kernels: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>
  ) {
    guard count > 0 else { return }
    var sums = Stack(target, stride: panel.imageStride, last: lanes)
    sums.add(entries, count: count, times: kernels, stride: panel.rowTaps, last: panel.lastLanes)
    sums.store(target, stride: panel.imageStride, last: lanes)
  }
}
