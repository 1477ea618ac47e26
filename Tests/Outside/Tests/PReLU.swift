import Martlet

/// max(x, 0) + alpha · min(x, 0), with a trainable alpha per channel.
///
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 1.
struct PReLU: UnaryLayer {
  static let className = "SharedPReLU"
  static let typeName = "shared_prelu"
  static let prototype = PReLU()
  static let schema: Schema = [.number("alpha", \.alpha, where: .finite)]

  /// The initial value of alpha.
  var alpha: Double

  init(alpha: Double = 0.25) { self.alpha = alpha }

  func outputShape(for input: Shape) -> Shape { input }

  func variables(for input: Shape) -> [VariableSpecification] {
    [
      VariableSpecification(
        name: "alpha", shape: [input.dimensions.last ?? 1], initializer: Constant(value: Float(alpha)))
    ]
  }

  func operation(at site: LayerSite) -> (any Operation)? { PReLUOperation(output: TensorLayout(site.input.shape)) }
}

struct Constant: Initializer {
  static let className = "Constant"
  let value: Float

  func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: value)
  }
}

struct PReLUOperation: Operation {
  let output: TensorLayout
  private var channels: Int { output.shape.dimensions.last ?? 1 }

  var backwardReads: BackwardReads { .inputs }

  func forward(_ frame: Frame) {
    for index in 0..<frame.samples * output.shape.count {
      let x = frame.input[index]
      frame.output[index] = x > 0 ? x : x * frame.variables[index % channels]
    }
  }

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    gradients.update(repeating: 0, count: channels)
    for index in samples.lowerBound * output.shape.count..<samples.upperBound * output.shape.count
    where frame.input[index] <= 0 {
      gradients[index % channels] += frame.outputGradient[index] * frame.input[index]
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    for index in 0..<frame.samples * output.shape.count {
      let slope = frame.input[index] > 0 ? 1 : frame.variables[index % channels]
      inputGradient[index] = frame.outputGradient[index] * slope
    }
  }
}
