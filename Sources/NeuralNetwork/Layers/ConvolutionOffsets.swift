import Kernels

/// Four tables at the start of a convolution's workspace: the offsets of the output positions and of the kernel's taps in
/// the image, and those of the gradient of the input.
///
/// They may be as large as the image and the kernel, so they are in the workspace: building a model allocates nothing.
struct ConvolutionOffsets {
  private let geometry: ConvolutionGeometry
  private let kernels: KernelSet

  init(_ geometry: ConvolutionGeometry, kernels: KernelSet) {
    self.geometry = geometry
    self.kernels = kernels
  }

  private var outputs: Int { geometry.outputHeight * geometry.outputWidth }
  private var positionCount: Int { FloatBuffer.aligned(outputs) }
  private var tapCount: Int { FloatBuffer.aligned(geometry.tapCount) }
  private var gradientPositionCount: Int {
    FloatBuffer.aligned(max(outputs, geometry.inputHeight * geometry.inputWidth))
  }
  private var gradientTapCount: Int {
    FloatBuffer.aligned(geometry.kernelHeight * geometry.kernelWidth * (geometry.filters / geometry.groups))
  }

  /// The number of floats in all tables.
  var count: Int { positionCount + tapCount + gradientPositionCount + gradientTapCount }

  /// (output height · output width)
  func positions(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace, positionCount)
  }

  /// (kernel height · kernel width · channels of a group)
  func taps(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace + positionCount, tapCount)
  }

  /// The larger of (output height · output width) and (input height · input width)
  func gradientPositions(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace + positionCount + tapCount, gradientPositionCount)
  }

  /// (kernel height · kernel width · filters of a group)
  func gradientTaps(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace + positionCount + tapCount + gradientPositionCount, gradientTapCount)
  }

  func fill(_ workspace: UnsafeMutablePointer<Float>) {
    kernels.convolutionOffsets(geometry, positions: positions(workspace), taps: taps(workspace))
    kernels.convolutionGradientOffsets(
      geometry, positions: gradientPositions(workspace), taps: gradientTaps(workspace))
  }

  private func table(_ start: UnsafeMutablePointer<Float>, _ count: Int) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(start).bindMemory(to: Int32.self, capacity: count)
  }
}
