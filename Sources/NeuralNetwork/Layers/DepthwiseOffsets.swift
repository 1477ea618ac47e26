import Kernels

/// Four tables at the start of a depthwise convolution's workspace: the offsets of the output positions and of the kernel's
/// taps in the image, and those of the image's pixels and of the taps in the output gradient.
struct DepthwiseOffsets {
  private let geometry: ConvolutionGeometry
  private let kernels: KernelSet

  init(_ geometry: ConvolutionGeometry, kernels: KernelSet) {
    self.geometry = geometry
    self.kernels = kernels
  }

  private var positionCount: Int { FloatBuffer.aligned(geometry.outputHeight * geometry.outputWidth) }
  private var tapCount: Int { FloatBuffer.aligned(geometry.kernelHeight * geometry.kernelWidth) }
  private var pixelCount: Int { FloatBuffer.aligned(geometry.inputHeight * geometry.inputWidth) }

  /// The number of floats in all tables.
  var count: Int { positionCount + 2 * tapCount + pixelCount }

  /// (output height · output width)
  func positions(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace, positionCount)
  }

  /// (kernel height · kernel width)
  func taps(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace + positionCount, tapCount)
  }

  /// (kernel height · kernel width)
  func gradientTaps(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace + positionCount + tapCount, tapCount)
  }

  /// (input height · input width)
  func gradientPositions(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    table(workspace + positionCount + 2 * tapCount, pixelCount)
  }

  func fill(_ workspace: UnsafeMutablePointer<Float>) {
    kernels.depthwiseOffsets(
      geometry, positions: positions(workspace), taps: taps(workspace),
      gradientPositions: gradientPositions(workspace), gradientTaps: gradientTaps(workspace))
  }

  private func table(_ start: UnsafeMutablePointer<Float>, _ count: Int) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(start).bindMemory(to: Int32.self, capacity: count)
  }
}
