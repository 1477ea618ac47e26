import Configuration
import RunConfiguration
import Testing

@testable import NeuralNetwork

@Suite("Layers refuse what they do not compute")
struct LayerRefusalTests {
  private static let image: Shape = [5, 4, 6]

  /// The message for a list of layers in YAML, for images.
  private func message(_ layers: String) throws -> String {
    let document = try YAMLDocument.parse("model: [\(layers)]")
    do {
      _ = try Model(configuration: #require(document["model"]), path: "model").plan(inputShape: Self.image)
    } catch let error as ConfigurationError {
      return error.description
    } catch let error as ModelError {
      return error.description
    }
    return ""
  }

  @Test(
    "with the option and what it accepts, or the shape that it needs",
    arguments: [
      ("layer_normalization: {axis: 1}", "layer_normalization.axis: expected -1, the last axis. Received: 1"),
      ("layer_normalization: {axis: [1, 2, 3]}", "layer_normalization.axis: expected -1, the last axis"),
      ("group_normalization: {axis: 1}", "group_normalization.axis: expected -1, the channels. Received: 1"),
      (
        "group_normalization: {groups: 0}", "group_normalization.groups: expected a number of groups, or -1 for one per"
      ),
      ("group_normalization: {groups: 4}", "needs a number of channels that its 4 groups divide"),
      ("unit_normalization: {axis: 1}", "unit_normalization.axis: expected -1, the last axis. Received: 1"),
      ("softmax: {axis: 2}", "softmax.axis: expected -1, the last axis. Received: 2"),
      ("up_sampling2d: {interpolation: bicubic}", "up_sampling2d.interpolation: unknown interpolation 'bicubic'"),
      ("relu: {negative_slope: -1}", "relu.negative_slope: expected a number of 0 or more. Received: -1"),
      ("relu: {max_value: 0}", "relu.max_value: expected a number greater than 0. Received: 0"),
      ("elu: -0.5", "elu.alpha: expected a number of 0 or more. Received: -0.5"),
      ("leaky_relu: {alpha: 0.1}", "unknown key 'alpha'"),
      (
        "prelu: {shared_axes: [0]}",
        "prelu.shared_axes: expected a list of axes, 1 for the first of a sample. Received: [0]"
      ),
      ("prelu: {shared_axes: [4]}", "needs inputs with 4 or more axes, as its shared_axes say"),
      (
        "zero_padding2d: {padding: [1, 2, 3]}", "expected a number of pixels, [vertical, horizontal] or [[top, bottom],"
      ),
      ("zero_padding2d: {padding: -1}", "expected a number of pixels, [vertical, horizontal] or [[top, bottom],"),
      ("cropping2d: {cropping: [[3, 2], [0, 0]]}", "needs an image of more than 5x0 pixels, which it removes"),
      ("reshape: [7, -1]", "needs inputs of a multiple of 7 values, as its target_shape [7, -1] says"),
      ("reshape: [5, 5]", "needs inputs of 25 values, as its target_shape [5, 5] says"),
      ("reshape: [-1, -1]", "at most one of which is -1, not [-1, -1]"),
      ("permute: [2, 1]", "needs inputs with as many axes as its dims, each of them once: [2, 1]"),
      ("permute: [1, 1, 2]", "needs inputs with as many axes as its dims, each of them once: [1, 1, 2]"),
      ("spatial_dropout2d: 1", "spatial_dropout2d.rate: expected a number of 0 or more and less than 1. Received: 1"),
      ("flatten, spatial_dropout2d: 0.5", "needs an image (height, width, channels)"),
      ("gelu", "'gelu' is an activation; as a layer it is 'activation: gelu'"),
      ("activation: gelo", "unknown activation 'gelo'"),
      (
        "conv2d: {filters: 1, kernel_size: 1, activation: {silu: {beta: 2}}}",
        "'silu' has no options; gelu, elu, leaky_relu"
      ),
      ("conv2d: {filters: 1, kernel_size: 1, activation: {gelu: {tanh: true}}}", "activation.gelu: unknown key 'tanh'"),
      (
        "conv2d: {filters: 1, kernel_size: 1, activation: {elu: {alpha: -1}}}",
        "activation.elu.alpha: expected a number of 0 or more. Received: -1"
      ),
      ("flatten: {name: a}, relu: {name: b}, subtract: {inputs: [a, b, b]}", "subtract"),
      ("flatten: {name: a}, multiply: {inputs: [a, input]}", "needs inputs of the same shape, or with one value per"),
      ("flatten: {name: a}, maximum: {inputs: [a, input]}", "needs inputs of the same shape"),
    ])
  func refusals(layers: String, expected: String) throws {
    let message = try message("\(layers), flatten, dense: {units: 2}")
    #expect(message.contains(expected), "\(message)")
  }

  @Test(
    "and read an activation with options as the function",
    arguments: [
      ("swish", ActivationFunction.silu, "silu"), ("hard_swish", .hardSilu, "hard_silu"),
      ("{gelu: {approximate: true}}", .gelu(approximate: true), "gelu_approximate"),
      ("{gelu: {approximate: false}}", .gelu(), "gelu"), ("{elu: {alpha: 1}}", .elu(), "elu"),
      ("{relu: {max_value: 6}}", .relu6, "relu6"), ("{relu: {}}", .relu, "relu"),
      ("{leaky_relu: {negative_slope: 0.2}}", .leakyRelu(), "leaky_relu"),
    ])
  func options(text: String, function: ActivationFunction, name: String) throws {
    let layers = "model: [flatten, dense: {units: 2, activation: \(text)}]"
    let model = try Model(configuration: #require(try YAMLDocument.parse(layers)["model"]), path: "model")
    #expect((model.layers.last as? Dense)?.activation == function)
    #expect(function.configuration == ConfigurationNode(.string(name)))
  }
}
