/// A model with its shapes known: the computations in order, and the place of every parameter.
///
/// It holds no numbers; parameters and gradients lie in flat buffers of `bufferCount` floats that the caller owns.
public struct Network: Sendable {
  /// A layer of the model, as its user knows it.
  public struct Layer: Sendable, Equatable {
    public let name: String
    public let className: String
    public let outputShape: Shape
  }

  /// A computation and where its parameters start. It may cover several layers, and a layer may need none.
  public struct Step: Sendable {
    public let computation: any LayerComputation
    /// The first layer it covers.
    public let layerIndex: Int
    public let inputCount: Int
    public let parameterOffset: Int
  }

  /// The shape of a sample.
  public let inputShape: Shape
  public let layers: [Layer]
  public let steps: [Step]
  /// In Keras' order.
  public let parameters: [Parameter]
  /// What the last computation's numbers mean.
  public let form: OutputForm

  /// The shape of the model's output for a sample.
  public var outputShape: Shape { layers.last?.outputShape ?? inputShape }

  /// All trainable values.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.specification.shape.count } }

  /// The floats of a buffer that holds all parameters, each padded to a cache line.
  public var bufferCount: Int { parameters.reduce(0) { $0 + $1.specification.paddedCount } }

  /// The layers that a computation covers: `conv2d + max_pooling2d`.
  public func layerNames(ofStep index: Int) -> String {
    let end = index + 1 < steps.count ? steps[index + 1].layerIndex : layers.count
    return layers[steps[index].layerIndex..<end].map(\.name).joined(separator: " + ")
  }

  /// The trainable values of one layer.
  public func parameterCount(ofLayer index: Int) -> Int {
    parameters.reduce(0) { $0 + ($1.layerIndex == index ? $1.specification.shape.count : 0) }
  }
}
