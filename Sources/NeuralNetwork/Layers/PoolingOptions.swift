import Configuration
import Kernels

/// The options shared by the pooling layers: window, strides and padding.
struct PoolingOptions: Equatable {
  var poolSize: HeightWidth
  var strides: HeightWidth
  var padding: Padding

  init(poolSize: HeightWidth, strides: HeightWidth?, padding: Padding) {
    self.poolSize = poolSize
    self.strides = strides ?? poolSize
    self.padding = padding
  }

  func outputShape(for input: Shape) throws -> Shape {
    let window = try window(over: input)
    return [window.output.height, window.output.width, window.input.channels]
  }

  func geometry(over input: Shape) throws -> PoolingGeometry {
    let window = try window(over: input)
    return PoolingGeometry(
      inputHeight: window.input.height, inputWidth: window.input.width, channels: window.input.channels,
      poolHeight: poolSize.height, poolWidth: poolSize.width, strideHeight: strides.height, strideWidth: strides.width,
      paddingTop: window.paddingBefore.height, paddingLeft: window.paddingBefore.width,
      outputHeight: window.output.height, outputWidth: window.output.width)
  }

  func exchangeWindow(over input: Shape) throws -> ExchangeWindow {
    ExchangeWindow(try window(over: input), size: poolSize, strides: strides)
  }

  private func window(over input: Shape) throws -> ImageWindow {
    try ImageWindow(over: input, size: poolSize, strides: strides, padding: padding)
  }
}

extension PoolingGeometry {
  /// (height, width, channels)
  var outputShape: Shape { [outputHeight, outputWidth, channels] }
}
