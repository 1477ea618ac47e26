/// The identity, which computes the penalty of a layer's outputs and adds its gradient: see `Model.Node`.
///
/// The penalty of a sample is l1 · Σ|y| + l2 · Σy² in `Double`, in a fixed order; `Workspace.addPenalties` adds it to the
/// sample's loss.
struct ActivityPenaltyOperation: Operation {
  let output: TensorLayout
  private let l1: Double
  private let l2: Double

  init(_ regularizer: any Regularizer, output: TensorLayout) {
    self.output = output
    (l1, l2) = (regularizer.l1, regularizer.l2)
  }

  var backwardReads: BackwardReads { .output }
  /// The penalty of a sample.
  var keptBytes: Int { MemoryLayout<Double>.stride }

  /// The penalties of samples, in the memory that the operation keeps for them.
  static func penalties(_ kept: UnsafeMutableRawPointer, samples: Int) -> UnsafeMutablePointer<Double> {
    kept.bindMemory(to: Double.self, capacity: samples)
  }

  func forward(_ frame: Frame) {
    let (count, penalties) = (output.shape.count, Self.penalties(frame.kept, samples: frame.samples))
    for sample in 0..<frame.samples { penalties[sample] = penalty(frame.input + sample * count, count) }
    frame.output.update(from: frame.input, count: frame.samples * count)
  }

  private func penalty(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    var (sizes, squares) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    let whole = count & ~7
    for first in stride(from: 0, to: whole, by: 8) {
      let part = SIMD8<Double>(UnsafeRawPointer(values + first).loadUnaligned(as: SIMD8<Float>.self))
      sizes += part.replacing(with: -part, where: part .< 0)
      squares += part * part
    }
    var (size, square) = (sizes.sum(), squares.sum())
    for index in whole..<count {
      let value = Double(values[index])
      size += abs(value)
      square += value * value
    }
    return l1 * size + l2 * square
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let (first, second) = (frame.penaltyScale * Float(l1), frame.penaltyScale * Float(2 * l2))
    let (values, gradient) = (frame.output, frame.outputGradient)
    for index in 0..<frame.samples * output.shape.count {
      let value = values[index]
      inputGradient[index] = gradient[index] + (first * (value > 0 ? 1 : value < 0 ? -1 : 0) + second * value)
    }
  }
}
