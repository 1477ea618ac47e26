/// One trainable tensor of a layer: its name and shape in Keras, how it starts and how it lies in memory.
public struct ParameterSpecification: Sendable {
  /// Keras' name of the variable: `kernel`, `bias`.
  public let name: String
  /// Keras' shape: (height, width, in, out) of a convolution's kernel, (in, out) of a dense one.
  public let shape: Shape
  public let initializer: any Initializer
  public let layout: ParameterLayout

  public init(name: String, shape: Shape, initializer: any Initializer, layout: ParameterLayout? = nil) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.layout = layout ?? ParameterLayout(factors: shape.dimensions)
    precondition(
      self.layout.count == shape.count, "\(name): the layout holds \(self.layout.count) values, the shape \(shape)")
  }

  /// The floats that the parameter takes in a buffer: its count, rounded up to a cache line.
  public var paddedCount: Int { FloatBuffer.padded(shape.count) }
}

/// A parameter in its place: the layer it belongs to and where it lies in the flat buffers.
public struct Parameter: Sendable {
  public let specification: ParameterSpecification
  /// The position of the layer in the model, and its name.
  public let layerIndex: Int
  public let layerName: String
  /// The first float of it in the flat buffer of all parameters.
  public let offset: Int

  /// `conv2d/kernel`.
  public var path: String { "\(layerName)/\(specification.name)" }
}
