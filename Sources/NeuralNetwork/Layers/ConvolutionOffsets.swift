import Kernels

/// Two tables at the start of a convolution's workspace: the offsets of the output positions and of the kernel's taps
/// in the image.
///
/// They may be as large as the image and the kernel, so they are in the workspace: building a model allocates nothing.
struct ConvolutionOffsets {
  private let geometry: ConvolutionGeometry
  private let kernels: KernelSet

  init(_ geometry: ConvolutionGeometry, kernels: KernelSet) {
    self.geometry = geometry
    self.kernels = kernels
  }

  private var positionCount: Int { FloatBuffer.aligned(geometry.outputHeight * geometry.outputWidth) }
  private var tapCount: Int { FloatBuffer.aligned(geometry.tapCount) }

  /// The number of floats in both tables.
  var count: Int { positionCount + tapCount }

  /// (output height · output width)
  func positions(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(workspace).bindMemory(to: Int32.self, capacity: positionCount)
  }

  /// (kernel height · kernel width · channels of a group)
  func taps(_ workspace: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(workspace + positionCount).bindMemory(to: Int32.self, capacity: tapCount)
  }

  func fill(_ workspace: UnsafeMutablePointer<Float>) {
    kernels.convolutionOffsets(geometry, positions: positions(workspace), taps: taps(workspace))
  }
}
