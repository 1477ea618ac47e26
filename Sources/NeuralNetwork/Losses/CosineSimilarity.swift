/// −Σ ŷ·x̂ over the outputs x of a sample and its targets y, each divided by its length; from −1 for the same direction to
/// 1 for the opposite one.
///
/// As in Keras, the inverse of a length is at most 1e7, and the metric of that name is the sum without the minus.
public struct CosineSimilarity: Loss, Metric {
  public static let name = "cosine_similarity"
  public static let targets = TargetKind.values
  public static let largerIsBetter = true

  /// Creates the loss; it has no options.
  public init() {}

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let count = outputs.count
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var (squares, targetSquares, product) = (0.0, 0.0, 0.0)
      for index in 0..<count {
        let (output, target) = (Double(row[index]), Double(outputs.targets.value(sample, index, outputs: count)))
        squares += output * output
        targetSquares += target * target
        product += output * target
      }
      let (inverse, targetInverse) = (Self.inverse(squares), Self.inverse(targetSquares))
      let similarity = product * inverse * targetInverse
      losses[sample] = -similarity
      guard let gradient = gradient.map({ $0 + sample * count }) else { continue }
      // The inverse of a length is constant where it is limited.
      let bend = squares.squareRoot() < 1e-7 ? 0 : similarity * inverse * inverse
      for index in 0..<count {
        let (output, target) = (Double(row[index]), Double(outputs.targets.value(sample, index, outputs: count)))
        gradient[index] = Float((bend * output - target * inverse * targetInverse) * Double(scale))
      }
    }
  }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    compute(outputs, losses: values, gradient: nil, scale: 1)
    for sample in 0..<outputs.samples { values[sample] = -values[sample] }
  }

  /// 1 / the length, at most 1e7.
  private static func inverse(_ squares: Double) -> Double {
    let length = squares.squareRoot()
    return length.isNaN ? length : 1 / max(length, 1e-7)
  }
}
