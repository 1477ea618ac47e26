import Configuration

/// A layer that computes each output from the values at the same place of its inputs.
protocol MergeLayer: Layer {
  static var merge: MergeFunction { get }
}

/// A function of the values at one place of several inputs.
public enum MergeFunction: Sendable {
  case product
  case mean
  case maximum
  /// The first minus the second.
  case difference
}

extension MergeLayer {
  public static var inputCount: ClosedRange<Int> { 2...64 }

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else { throw LayerShapeError(needs: "inputs of the same shape") }
    return inputs[0]
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    MergeOperation(function: Self.merge, output: TensorLayout(site.input.shape), inputCount: site.inputs.count)
  }

  public func exchangeForm(for inputs: [Shape]) -> [ExchangeOperation] { [.merge(Self.merge)] }
}

struct MergeOperation: Operation {
  let function: MergeFunction
  let output: TensorLayout
  let inputCount: Int

  /// The values computed at a time, which stay in the cache.
  private static let blockCount = 512

  var backwardReads: BackwardReads { function == .product || function == .maximum ? .inputs : [] }
  func scratchCount(samples: Int) -> Int { function == .maximum ? Self.blockCount : 0 }

  func forward(_ frame: Frame) {
    forEachBlock(frame) { range in
      let (y, count) = (frame.output + range.lowerBound, range.count)
      y.update(from: frame.input(0) + range.lowerBound, count: count)
      for input in 1..<inputCount {
        let x = frame.input(input) + range.lowerBound
        switch function {
        case .product: for index in 0..<count { y[index] *= x[index] }
        case .mean: for index in 0..<count { y[index] += x[index] }
        case .maximum: Self.enlarge(y, x, count)
        case .difference: for index in 0..<count { y[index] -= x[index] }
        }
      }
      guard function == .mean else { return }
      let divisor = Float(inputCount)
      for index in 0..<count { y[index] /= divisor }
    }
  }

  func inputGradients(_ frame: Frame) {
    for input in 0..<inputCount {
      guard let gradient = frame.inputGradient(input) else { continue }
      forEachBlock(frame) { range in
        let (dx, dy, count) = (gradient + range.lowerBound, frame.outputGradient + range.lowerBound, range.count)
        switch function {
        case .product:
          dx.update(from: dy, count: count)
          for other in 0..<inputCount where other != input {
            let x = frame.input(other) + range.lowerBound
            for index in 0..<count { dx[index] *= x[index] }
          }
        case .mean:
          let divisor = Float(inputCount)
          for index in 0..<count { dx[index] = dy[index] / divisor }
        case .maximum: maximumGradient(frame, of: input, range, into: dx)
        case .difference: for index in 0..<count { dx[index] = input == 0 ? dy[index] : -dy[index] }
        }
      }
    }
  }

  /// The gradient of max(…max(max(x₀, x₁), x₂)…). Of two equal values each has half of it, as in JAX; in TensorFlow the
  /// first has all.
  private func maximumGradient(
    _ frame: Frame, of input: Int, _ range: Range<Int>, into dx: UnsafeMutablePointer<Float>
  ) {
    let (dy, largest, count) = (frame.outputGradient + range.lowerBound, frame.scratch, range.count)
    largest.update(from: frame.input(0) + range.lowerBound, count: count)
    dx.update(from: dy, count: count)
    for other in 1..<inputCount {
      let x = frame.input(other) + range.lowerBound
      if other == input {
        for index in 0..<count { dx[index] = dy[index] * Self.share(x[index], of: largest[index]) }
      } else if other > input {
        for index in 0..<count { dx[index] *= Self.share(largest[index], of: x[index]) }
      }
      Self.enlarge(largest, x, count)
    }
  }

  /// The derivative of max(value, other) by the value.
  @inline(__always)
  private static func share(_ value: Float, of other: Float) -> Float { value > other ? 1 : value == other ? 0.5 : 0 }

  /// Replaces values by larger ones; NaN is larger than all.
  private static func enlarge(_ values: UnsafeMutablePointer<Float>, _ others: UnsafePointer<Float>, _ count: Int) {
    for index in 0..<count where others[index] > values[index] || others[index].isNaN { values[index] = others[index] }
  }

  @inline(__always)
  private func forEachBlock(_ frame: Frame, _ body: (Range<Int>) -> Void) {
    let count = frame.samples * output.shape.count
    for first in stride(from: 0, to: count, by: Self.blockCount) { body(first..<min(first + Self.blockCount, count)) }
  }
}
