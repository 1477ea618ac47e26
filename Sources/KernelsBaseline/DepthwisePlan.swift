import CVector

/// The sizes of a depthwise convolution, and the layout of its scratch memory.
///
/// With several filters per channel the image is widened first: each channel is repeated for each of its filters.
struct DepthwisePlan {
  /// The convolution of the widened image: as many channels as filters and groups.
  let forward: ConvolutionPlan
  /// The filters per channel.
  let multiplier: Int

  @_transparent init(_ geometry: ConvolutionGeometry) {
    multiplier = geometry.filters / geometry.inputChannels
    var wide = geometry
    wide.inputChannels = geometry.filters
    wide.groups = geometry.filters
    forward = ConvolutionPlan(wide)
  }

  @_transparent var filters: Int { forward.geometry.filters }
  @_transparent var inputPixels: Int { forward.geometry.inputHeight * forward.geometry.inputWidth }

  // The output gradient, spread by the strides: its convolution with the mirrored kernel, without strides, is the
  // gradient of the image.
  @_transparent var spreadTop: Int {
    (forward.geometry.kernelHeight - 1) * forward.geometry.dilationHeight - forward.geometry.paddingTop
  }
  @_transparent var spreadLeft: Int {
    (forward.geometry.kernelWidth - 1) * forward.geometry.dilationWidth - forward.geometry.paddingLeft
  }
  @_transparent var spreadHeight: Int {
    forward.geometry.inputHeight + (forward.geometry.kernelHeight - 1) * forward.geometry.dilationHeight
  }
  @_transparent var spreadWidth: Int {
    forward.geometry.inputWidth + (forward.geometry.kernelWidth - 1) * forward.geometry.dilationWidth
  }
  @_transparent var spreadCount: Int { spreadHeight * spreadWidth * filters }

  // The scratch: the widened image, and the covered image or the spread gradient.
  @_transparent var imageStart: Int { multiplier == 1 ? 0 : forward.inputCount }
  @_transparent var scratchCount: Int {
    imageStart + max(forward.isInPlace ? 0 : forward.coveredCount, spreadCount)
  }
}
