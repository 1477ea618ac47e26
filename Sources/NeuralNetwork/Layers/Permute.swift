import Configuration

/// Permutes the axes of a sample.
public struct Permute: UnaryLayer, Equatable {
  public static let className = "Permute"
  public static let typeName = "permute"
  public static let prototype = Permute(axes: [1])
  public static let schema: Schema = [
    .integers(
      "dims", \.axes, in: 1...LayerLimits.axes,
      wording: "a list of all axes, 1 for the first of a sample, in their new order",
      isRequired: true)
  ]

  /// The axes of the input, from 1, in the order of the output.
  public var axes: [Int]

  /// Creates a layer.
  public init(axes: [Int]) { self.axes = axes }

  public func outputShape(for input: Shape) throws -> Shape {
    guard axes.sorted() == Array(1...max(input.dimensions.count, 1)) else {
      throw LayerShapeError(needs: "inputs with as many axes as its dims, each of them once: \(axes)")
    }
    return Shape(axes.map { input.dimensions[$0 - 1] })
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let shape = try outputShape(for: site.input.shape)
    let places = TransposeOperation.offsets(of: site.input)
    let dimensions = site.input.shape.dimensions
    var strides = [Int](repeating: 1, count: dimensions.count)
    for axis in dimensions.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * dimensions[axis + 1] }
    var indices = [0]
    for axis in axes {
      indices = indices.flatMap { first in (0..<dimensions[axis - 1]).map { first + $0 * strides[axis - 1] } }
    }
    return TransposeOperation(output: TensorLayout(shape), offsets: indices.map { places[$0] })
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.permutation(axes)] }
}

/// Moves the values of each sample.
struct TransposeOperation: Operation {
  let output: TensorLayout
  /// For each value of the output, its offset in the input.
  let offsets: [Int32]

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    offsets.withUnsafeBufferPointer { offsets in
      for sample in 0..<frame.samples {
        let (x, y) = (frame.input + sample * offsets.count, frame.output + sample * offsets.count)
        for index in 0..<offsets.count { y[index] = x[Int(offsets[index])] }
      }
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    offsets.withUnsafeBufferPointer { offsets in
      for sample in 0..<frame.samples {
        let (dx, dy) = (inputGradient + sample * offsets.count, frame.outputGradient + sample * offsets.count)
        for index in 0..<offsets.count { dx[Int(offsets[index])] = dy[index] }
      }
    }
  }

  /// The offset in memory of each value in Keras' order.
  static func offsets(of layout: TensorLayout) -> [Int32] {
    var offsets = [Int32](repeating: 0, count: layout.shape.count)
    layout.forEachValue { index, offset in offsets[index] = Int32(offset) }
    return offsets
  }
}
