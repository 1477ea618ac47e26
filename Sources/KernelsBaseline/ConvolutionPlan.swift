import CVector

/// The sizes that the kernels use, and the layout of their scratch memory.
struct ConvolutionPlan {
  let geometry: ConvolutionGeometry
  /// The size of the part of the image that windows cover, including padding.
  let coveredHeight: Int
  let coveredWidth: Int
  /// Whether images are read in place.
  let isInPlace: Bool
  /// The channels and filters of a group.
  let groupChannels: Int
  let groupFilters: Int

  @_transparent init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    groupChannels = geometry.inputChannels / geometry.groups
    groupFilters = geometry.filters / geometry.groups
    coveredHeight =
      (geometry.outputHeight - 1) * geometry.strideHeight + (geometry.kernelHeight - 1) * geometry.dilationHeight + 1
    let width =
      (geometry.outputWidth - 1) * geometry.strideWidth + (geometry.kernelWidth - 1) * geometry.dilationWidth + 1
    isInPlace =
      geometry.paddingTop == 0 && geometry.paddingLeft == 0 && coveredHeight <= geometry.inputHeight
      && width <= geometry.inputWidth
    coveredWidth = isInPlace ? geometry.inputWidth : width
  }

  @_transparent var positions: Int { geometry.outputHeight * geometry.outputWidth }
  /// The taps that a filter sees.
  @_transparent var taps: Int { geometry.kernelHeight * geometry.kernelWidth * groupChannels }
  /// The taps of one kernel row of a plain convolution: no dilation, one group.
  @_transparent var rowTaps: Int { geometry.kernelWidth * geometry.inputChannels }

  // The taps in runs: those of a run are contiguous in the image. A run is a kernel row, or the channels of one pixel if
  // the pixels of a row are apart, or if other groups' channels are between them.
  @_transparent private var hasRowRuns: Bool { geometry.dilationWidth == 1 && geometry.groups == 1 }
  @_transparent var runs: Int { hasRowRuns ? geometry.kernelHeight : geometry.kernelHeight * geometry.kernelWidth }
  @_transparent var runTaps: Int { taps / runs }
  /// The offset of a run in the image.
  @_transparent func runOffset(_ run: Int) -> Int {
    hasRowRuns
      ? pixelOffset(row: run, column: 0)
      : pixelOffset(row: run / geometry.kernelWidth, column: run % geometry.kernelWidth)
  }
  /// The offset in the image of the pixel that a kernel row and column see.
  @_transparent func pixelOffset(row: Int, column: Int) -> Int {
    (row * geometry.dilationHeight * coveredWidth + column * geometry.dilationWidth) * geometry.inputChannels
  }

  @_transparent var inputCount: Int { geometry.inputHeight * geometry.inputWidth * geometry.inputChannels }
  @_transparent var coveredCount: Int { coveredHeight * coveredWidth * geometry.inputChannels }

  // The output if 2x2 max pooling follows.
  @_transparent var pooledHeight: Int { geometry.outputHeight / 2 }
  @_transparent var pooledWidth: Int { geometry.outputWidth / 2 }
  @_transparent var windows: Int { pooledHeight * pooledWidth }

  // The scratch: for each group its kernel in panels of filters or of taps; for each group its bias; an image.
  @_transparent var filterPanels: ColumnPanels { ColumnPanels(columns: groupFilters) }
  @_transparent var tapPanels: ColumnPanels { ColumnPanels(columns: runTaps) }
  @_transparent var groupPackedCount: Int {
    max(taps * filterPanels.paddedColumns, groupFilters * runs * tapPanels.paddedColumns)
  }
  @_transparent var packedCount: Int { geometry.groups * groupPackedCount }
  @_transparent var imageStart: Int { packedCount + geometry.groups * filterPanels.paddedColumns }
  @_transparent var scratchCount: Int { imageStart + (isInPlace ? 0 : coveredCount) }

  /// The positions whose values and gradients stay in the L1 cache while the gradients of all taps are added.
  @_transparent var positionBlock: Int { max(64, 2048 / max(groupChannels, groupFilters)) }
}

extension ConvolutionGeometry {
  /// The convolution of the output's gradient with the mirrored kernel that computes the gradient of the input; nil if
  /// too many of its products would be with zeros: with strides, or for an output far smaller than the input.
  @_transparent var mirrored: ConvolutionGeometry? {
    let top = (kernelHeight - 1) * dilationHeight - paddingTop
    let left = (kernelWidth - 1) * dilationWidth - paddingLeft
    guard strideHeight == 1, strideWidth == 1, top >= 0, left >= 0,
      2 * inputHeight * inputWidth <= 3 * outputHeight * outputWidth,
      (top + paddingTop + inputHeight) * (left + paddingLeft + inputWidth) * filters <= Int(Int32.max)
    else { return nil }
    var mirrored = self
    (mirrored.inputHeight, mirrored.inputWidth, mirrored.inputChannels) = (outputHeight, outputWidth, filters)
    (mirrored.outputHeight, mirrored.outputWidth, mirrored.filters) = (inputHeight, inputWidth, inputChannels)
    (mirrored.paddingTop, mirrored.paddingLeft) = (top, left)
    return mirrored
  }
}
