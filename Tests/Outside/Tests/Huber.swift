import Martlet

/// Half the square of a difference up to `delta`, and linear from there: the mean over the outputs of a sample.
///
/// Source: P. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35 (1964).
struct OwnHuber: Loss {
  static let name = "own_huber"
  static let schema: Schema = [.number("delta", \.delta, where: .positive)]
  static let targets = TargetKind.values

  var delta: Double = 1

  init() {}

  func compute(_ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float) {
    let count = outputs.count
    for sample in 0..<outputs.samples {
      var sum = 0.0
      for index in 0..<count {
        let difference = Double(outputs.row(sample)[index] - outputs.targets.value(sample, index, outputs: count))
        let size = abs(difference)
        sum += size <= delta ? difference * difference / 2 : delta * (size - delta / 2)
        let slope = size <= delta ? difference : difference < 0 ? -delta : delta
        if let gradient { gradient[sample * count + index] = Float(slope / Double(count)) * scale }
      }
      losses[sample] = sum / Double(count)
    }
  }
}

/// The largest difference of a sample.
struct LargestError: Metric {
  static let name = "largest_error"
  static let largerIsBetter = false

  func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    for sample in 0..<outputs.samples {
      values[sample] = (0..<outputs.count).reduce(0) { largest, index in
        let difference = outputs.row(sample)[index] - outputs.targets.value(sample, index, outputs: outputs.count)
        return max(largest, Double(abs(difference)))
      }
    }
  }
}
