import Configuration

/// x · scale + offset, elementwise.
public struct Rescaling: UnaryLayer, Equatable {
  public static let className = "Rescaling"
  public static let typeName = "rescaling"
  public static let prototype = Rescaling(scale: 1)
  public static let schema: Schema = [
    .number("scale", \.scale, where: .finite, isRequired: true),
    .number("offset", \.offset, where: .finite),
  ]

  /// The factor.
  public var scale: Double
  /// The value added after scaling.
  public var offset: Double

  /// Creates a rescaling layer.
  public init(scale: Double, offset: Double = 0) {
    self.scale = scale
    self.offset = offset
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? {
    RescalingOperation(output: site.input, scale: Float(scale), offset: Float(offset))
  }

  public var keepsLayout: Bool { true }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.scaling(scale: scale, offset: offset)] }
}

struct RescalingOperation: Operation {
  let output: TensorLayout
  let scale: Float
  let offset: Float

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let (x, y) = (frame.input, frame.output)
    for index in 0..<frame.samples * output.shape.count { y[index] = x[index] * scale + offset }
  }

  func inputGradients(_ frame: Frame) {
    guard let dx = frame.inputGradient else { return }
    let dy = frame.outputGradient
    for index in 0..<frame.samples * output.shape.count { dx[index] = dy[index] * scale }
  }
}
