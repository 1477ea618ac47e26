import Configuration
import Kernels
import RunConfiguration
import Testing

@testable import NeuralNetwork

/// What convolutions compute is among the golden values: see `LayerConformanceTests`.
@Suite("Options of convolutions, augmentation and image sizes")
struct ConvolutionOptionTests {
  static let refused: [(layer: String, message: String)] = [
    (
      "conv2d: {filters: 2, kernel_size: 3, strides: 2, dilation_rate: [1, 2]}",
      "dilation_rate: dilation is possible only with strides of 1, as in Keras. The strides are [2, 2]; set strides or "
        + "dilation_rate to 1."
    ),
    (
      "conv2d: {filters: 4, kernel_size: 3, groups: 3}",
      "groups: 4 filters cannot be divided into 3 groups of one size."
    ),
    ("conv2d: {filters: 4, kernel_size: 3, groups: 0}", "groups: expected an integer from 1 to 1000000. Received: 0"),
    ("depthwise_conv2d: {kernel_size: 3, depth_multiplier: 0}", "depth_multiplier: expected an integer from 1"),
    ("separable_conv2d: {kernel_size: 3}", "the key 'filters' is missing."),
    (
      "conv2d_transpose: {filters: 2, kernel_size: 3, strides: [2, 3], output_padding: [1, 3]}",
      "output_padding: the output padding must be less than the strides, [2, 3]."
    ),
    (
      "conv2d_transpose: {filters: 2, kernel_size: 3, strides: 2, dilation_rate: 2}",
      "dilation_rate: dilation is possible only with strides of 1"
    ),
    ("random_rotation: {factor: 1.5}", "factor: expected a number from -1 to 1, or a list of two such numbers."),
    ("random_zoom: {height_factor: -1}", "height_factor: expected a number greater than -1 and at most 1, or a list"),
    ("random_contrast: {factor: [-0.1, 0.5]}", "factor: expected a number from 0 to 1, or a list of two such numbers."),
    (
      "random_brightness: {factor: 0.1, value_range: 255}", "value_range: expected a list of two numbers. Received: 255"
    ),
    ("random_erasing: {fill_value: [1, 2]}", "fill_value: expected a number, or a list of three, one per channel."),
    ("resizing: {height: 8, width: 8, interpolation: bicubic}", "interpolation: unknown interpolation 'bicubic'."),
    ("resizing: {height: 8, width: 8, antialias: true}", "unknown key 'antialias'."),
    ("random_crop: {height: 8}", "the key 'width' is missing."),
  ]

  @Test("are refused with the key", arguments: refused.indices)
  func refusal(index: Int) throws {
    let (layer, expected) = Self.refused[index]
    let list = try YAMLDocument.parse("- \(layer)")
    let error = try #require(throws: ConfigurationError.self) { try Model(configuration: list, path: "model") }
    #expect("\(error)".contains(expected), "\(error)")
  }

  static let shapes: [(layer: any Layer, message: String)] = [
    (Conv2D(filters: 4, kernelSize: [1, 1], groups: 2), "needs a number of channels that 2 groups divide"),
    (Conv2D(filters: 4, kernelSize: [3, 3], dilationRate: [4, 1]), "needs an image of at least 9x3 pixels"),
    (DepthwiseConv2D(kernelSize: [9, 1]), "needs an image of at least 9x1 pixels"),
    (DepthwiseConv2D(depthMultiplier: 1_000_000, kernelSize: [1, 1], strides: [8, 8]), "values per sample"),
    (
      Conv2DTranspose(filters: 1, kernelSize: [99, 3], padding: .same),
      "needs a window of at most 15x15 pixels, not 99x3: it would extend past the padded output"
    ),
    (RandomErasing(fillValue: [1, 2, 3]), "got (8, 8, 5), needs an image of 3 channels, as many as fill values"),
  ]

  @Test("that do not fit the input are refused", arguments: shapes.indices)
  func shape(index: Int) throws {
    let (layer, expected) = Self.shapes[index]
    let error = try #require(throws: ModelError.self) {
      try Model([layer, Flatten(), Dense(units: 1)]).plan(inputShape: [8, 8, 5])
    }
    #expect("\(error)".contains(expected), "\(error)")
  }

  @Test("fused operations compute plain convolutions alone", arguments: [Pass.Mode.training, .inference])
  func fusion(mode: Pass.Mode) throws {
    for (layer, isFused) in [
      (Conv2D(filters: 4, kernelSize: [3, 3], activation: .relu), true),
      (Conv2D(filters: 4, kernelSize: [3, 3], dilationRate: [2, 1], activation: .relu), false),
      (Conv2D(filters: 4, kernelSize: [3, 3], groups: 2, activation: .relu), false),
    ] {
      let plan = try Model([layer, MaxPooling2D(), Flatten(), Dense(units: 2)]).plan(inputShape: [12, 12, 2])
      let operations = try plan.compile(mode: mode, kernels: InstructionSet.bestSupported.kernels).operations
      #expect(operations.contains { $0.operation is PooledConvolution } == isFused)
    }
  }

  @Test("as many groups as channels are a depthwise convolution")
  func groups() throws {
    let plan = try Model([Conv2D(filters: 6, kernelSize: [3, 3], groups: 3)]).plan(inputShape: [8, 8, 3])
    let operations = try plan.compile(mode: .training, kernels: InstructionSet.bestSupported.kernels).operations
    #expect(operations.map { $0.operation is DepthwiseOperation } == [true])
  }

  @Test("a model that resizes or crops images first may bring their pixels to scale itself")
  func scaling() {
    for layer: any Layer in [
      Resizing(height: 4, width: 4), CenterCrop(height: 4, width: 4), RandomCrop(height: 4, width: 4),
    ] {
      let model = Model([layer, Rescaling(scale: 1 / 255), Flatten(), Dense(units: 1)])
      #expect(model.beginsWithScaling && abs(model.pixelDivisor - 255) < 1e-3)
    }
  }
}
