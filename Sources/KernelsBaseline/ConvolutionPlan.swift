import CVector

/// The sizes that the kernels use, and the layout of their scratch memory.
struct ConvolutionPlan {
  let geometry: ConvolutionGeometry
  /// The size of the part of the image that windows cover, including padding.
  let coveredHeight: Int
  let coveredWidth: Int
  /// Whether images are read in place.
  let isInPlace: Bool

  @_transparent init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    coveredHeight = (geometry.outputHeight - 1) * geometry.strideHeight + geometry.kernelHeight
    let width = (geometry.outputWidth - 1) * geometry.strideWidth + geometry.kernelWidth
    isInPlace =
      geometry.paddingTop == 0 && geometry.paddingLeft == 0 && coveredHeight <= geometry.inputHeight
      && width <= geometry.inputWidth
    coveredWidth = isInPlace ? geometry.inputWidth : width
  }

  @_transparent var positions: Int { geometry.outputHeight * geometry.outputWidth }
  @_transparent var taps: Int { geometry.kernelHeight * geometry.kernelWidth * geometry.inputChannels }
  /// The taps of one kernel row: they are contiguous in the image.
  @_transparent var rowTaps: Int { geometry.kernelWidth * geometry.inputChannels }
  @_transparent var inputCount: Int { geometry.inputHeight * geometry.inputWidth * geometry.inputChannels }
  @_transparent var coveredCount: Int { coveredHeight * coveredWidth * geometry.inputChannels }

  // The output if 2x2 max pooling follows.
  @_transparent var pooledHeight: Int { geometry.outputHeight / 2 }
  @_transparent var pooledWidth: Int { geometry.outputWidth / 2 }
  @_transparent var windows: Int { pooledHeight * pooledWidth }

  // The scratch: the kernel in panels of filters or of taps, the bias, an image.
  @_transparent var filterPanels: ColumnPanels { ColumnPanels(columns: geometry.filters) }
  @_transparent var tapPanels: ColumnPanels { ColumnPanels(columns: rowTaps) }
  @_transparent var packedCount: Int {
    max(
      taps * filterPanels.paddedColumns, geometry.filters * geometry.kernelHeight * tapPanels.paddedColumns)
  }
  @_transparent var imageStart: Int { packedCount + filterPanels.paddedColumns }
  @_transparent var scratchCount: Int { imageStart + (isInPlace ? 0 : coveredCount) }
}
