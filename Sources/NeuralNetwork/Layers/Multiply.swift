import Configuration

/// The elementwise product of its inputs. An input with one value per channel, (1, 1, channels), multiplies every
/// position of the others: the attention to channels of squeeze-and-excitation networks.
public struct Multiply: MergeLayer, Equatable {
  public static let className = "Multiply"
  public static let typeName = "multiply"
  public static let prototype = Multiply()
  public static let schema: Schema = []
  static let merge = MergeFunction.product

  /// Creates the layer; it has no options.
  public init() {}

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    let largest = inputs.dropFirst().reduce(inputs[0]) { $1.count > $0.count ? $1 : $0 }
    let perChannel = Shape([Int](repeating: 1, count: largest.dimensions.count - 1) + [largest.channels])
    guard inputs.allSatisfy({ $0 == largest || $0 == perChannel }) else {
      throw LayerShapeError(needs: "inputs of the same shape, or with one value per channel of it: \(perChannel)")
    }
    return largest
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let shapes = site.inputs.map(\.shape)
    let output = TensorLayout(try outputShape(for: shapes))
    guard shapes.contains(where: { $0 != output.shape }) else {
      return MergeOperation(function: .product, output: output, inputCount: shapes.count)
    }
    return ChannelProductOperation(output: output, isPerChannel: shapes.map { $0 != output.shape })
  }
}

/// A product of inputs, some of which have one value per channel.
struct ChannelProductOperation: Operation {
  let output: TensorLayout
  let isPerChannel: [Bool]

  private var channels: Int { output.shape.channels }
  private var positions: Int { output.shape.count / channels }

  var backwardReads: BackwardReads { .inputs }
  /// The values of one position.
  func scratchCount(samples: Int) -> Int { channels }

  func forward(_ frame: Frame) {
    for row in 0..<frame.samples * positions {
      let y = frame.output + row * channels
      y.update(from: frame.input(0) + offset(of: 0, row), count: channels)
      for input in 1..<isPerChannel.count { multiply(y, frame.input(input) + offset(of: input, row)) }
    }
  }

  func inputGradients(_ frame: Frame) {
    let (channels, product) = (channels, frame.scratch)
    for input in isPerChannel.indices {
      guard let gradient = frame.inputGradient(input) else { continue }
      if isPerChannel[input] { gradient.update(repeating: 0, count: frame.samples * channels) }
      for row in 0..<frame.samples * positions {
        product.update(from: frame.outputGradient + row * channels, count: channels)
        for other in isPerChannel.indices where other != input {
          multiply(product, frame.input(other) + offset(of: other, row))
        }
        let dx = gradient + offset(of: input, row)
        if isPerChannel[input] {
          for c in 0..<channels { dx[c] += product[c] }
        } else {
          dx.update(from: product, count: channels)
        }
      }
    }
  }

  /// The offset of the values of an input for a position of a sample.
  private func offset(of input: Int, _ row: Int) -> Int {
    (isPerChannel[input] ? row / positions : row) * channels
  }

  private func multiply(_ values: UnsafeMutablePointer<Float>, _ factors: UnsafePointer<Float>) {
    for c in 0..<channels { values[c] *= factors[c] }
  }
}
