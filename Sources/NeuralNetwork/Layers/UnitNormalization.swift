import Configuration

/// x / √(Σ x²), with the sum over the last axis; at most 1e12·x.
public struct UnitNormalization: UnaryLayer, Equatable {
  public static let className = "UnitNormalization"
  public static let typeName = "unit_normalization"
  public static let prototype = UnitNormalization()
  public static let schema: Schema = [.constant("axis", -1, wording: "-1, the last axis")]

  /// Creates the layer; the axis is always the last.
  public init() {}

  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? {
    UnitNormalizationOperation(output: TensorLayout(site.input.shape))
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.unitNormalization] }
}

struct UnitNormalizationOperation: Operation {
  let output: TensorLayout

  /// The largest factor, for inputs of 0.
  static let largestFactor: Float = 1e12

  private var columns: Int { output.shape.channels }
  var backwardReads: BackwardReads { .inputs }

  private func factor(_ x: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for column in 0..<columns { sum += x[column] * x[column] }
    return min(1 / sum.squareRoot(), Self.largestFactor)
  }

  func forward(_ frame: Frame) {
    let columns = columns
    for first in stride(from: 0, to: frame.samples * output.shape.count, by: columns) {
      let (x, y, factor) = (frame.input + first, frame.output + first, factor(frame.input + first))
      for column in 0..<columns { y[column] = x[column] * factor }
    }
  }

  /// dx = f · (dy − y · Σ dy·y), and f · dy where the factor f is the largest one.
  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let columns = columns
    for first in stride(from: 0, to: frame.samples * output.shape.count, by: columns) {
      let (x, dy, dx) = (frame.input + first, frame.outputGradient + first, inputGradient + first)
      let factor = factor(x)
      var product: Float = 0
      for column in 0..<columns { product += dy[column] * (x[column] * factor) }
      if factor == Self.largestFactor { product = 0 }
      for column in 0..<columns { dx[column] = factor * (dy[column] - (x[column] * factor) * product) }
    }
  }
}
