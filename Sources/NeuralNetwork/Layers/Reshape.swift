import Configuration

/// Gives samples another shape with the same number of values, in Keras' order. The values are not moved.
public struct Reshape: UnaryLayer, Equatable {
  public static let className = "Reshape"
  public static let typeName = "reshape"
  public static let prototype = Reshape(targetShape: [-1])
  public static let schema: Schema = [
    .integers(
      "target_shape", \.targetShape, in: -1...LayerLimits.sampleCount,
      wording: "a list of sizes, one of which may be -1: that which is left", isRequired: true)
  ]

  /// The sizes of a sample; one of them may be -1: that which is left.
  public var targetShape: [Int]

  /// Creates a layer.
  public init(targetShape: [Int]) { self.targetShape = targetShape }

  public func outputShape(for input: Shape) throws -> Shape {
    let known = targetShape.filter { $0 != -1 }
    guard known.count >= targetShape.count - 1, known.allSatisfy({ $0 > 0 }),
      (1...LayerLimits.axes).contains(targetShape.count)
    else {
      throw LayerShapeError(
        needs:
          "a target_shape of 1 to \(LayerLimits.axes) sizes above 0, at most one of which is -1, not \(targetShape)")
    }
    let count = known.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
    let isComplete = known.count == targetShape.count
    guard isComplete ? count == input.count : input.count % count == 0 else {
      let what = isComplete ? "\(count) values" : "a multiple of \(count) values"
      throw LayerShapeError(needs: "inputs of \(what), as its target_shape \(targetShape) says")
    }
    return Shape(targetShape.map { $0 == -1 ? input.count / count : $0 })
  }

  public func outputLayout(for input: TensorLayout) -> TensorLayout {
    TensorLayout((try? outputShape(for: input.shape)) ?? input.shape)
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    guard site.input.channelsFirstImage != nil else { return nil }
    return TransposeOperation(
      output: TensorLayout(try outputShape(for: site.input.shape)), offsets: TransposeOperation.offsets(of: site.input))
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.reshape] }
}
