import Configuration

/// Concatenates its inputs along the last axis.
public struct Concatenate: Layer, Equatable {
  public static let className = "Concatenate"
  public static let typeName = "concatenate"
  public static let prototype = Concatenate()
  public static let schema: Schema = [
    .constant("axis", -1, wording: "-1, the last axis")
  ]
  public static let inputCount = 2...64

  /// Creates the layer; the axis is always the last.
  public init() {}

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let others = inputs.map { Array($0.dimensions.dropLast()) }
    guard others.allSatisfy({ $0 == others[0] }) else {
      throw LayerShapeError(needs: "inputs that differ only in the last axis")
    }
    return Shape(others[0] + [inputs.reduce(0) { $0 + $1.channels }])
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    ConcatenateOperation(
      output: TensorLayout(try outputShape(for: site.inputs.map(\.shape))), channels: site.inputs.map(\.shape.channels))
  }

  public func exchangeForm(for inputs: [Shape]) -> [ExchangeOperation] { [.concatenation] }
}

struct ConcatenateOperation: Operation {
  let output: TensorLayout
  /// The size of the last axis of each input.
  let channels: [Int]

  var backwardReads: BackwardReads { [] }

  private func rows(_ frame: Frame) -> Int { frame.samples * output.shape.count / output.shape.channels }

  func forward(_ frame: Frame) {
    let total = output.shape.channels
    var first = 0
    for (index, count) in channels.enumerated() {
      for row in 0..<rows(frame) {
        (frame.output + row * total + first).update(from: frame.input(index) + row * count, count: count)
      }
      first += count
    }
  }

  func inputGradients(_ frame: Frame) {
    let total = output.shape.channels
    var first = 0
    for (index, count) in channels.enumerated() {
      if let gradient = frame.inputGradient(index) {
        for row in 0..<rows(frame) {
          (gradient + row * count).update(from: frame.outputGradient + row * total + first, count: count)
        }
      }
      first += count
    }
  }
}
