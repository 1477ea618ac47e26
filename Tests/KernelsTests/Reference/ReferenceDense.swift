import CVector

/// Reference dense layers of any size, value by value.
enum ReferenceDense {
  /// - Parameters:
  ///   - input: (samples, inputs)
  ///   - weights: (units, inputs)
  ///   - bias: (units), or nil for none
  ///   - output: (samples, units), overwritten
  static func forward(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, inputs: Int, units: Int
  ) {
    for sample in 0..<samples {
      for unit in 0..<units {
        var sum: Float = 0
        for index in 0..<inputs { sum += input[sample * inputs + index] * weights[unit * inputs + index] }
        output[sample * units + unit] = sum + (bias?[unit] ?? 0)
      }
    }
  }

  /// - Parameters:
  ///   - outputGradient: (samples, units)
  ///   - inputGradient: (samples, inputs), overwritten
  static func inputGradient(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, inputs: Int, units: Int
  ) {
    for sample in 0..<samples {
      for index in 0..<inputs {
        var sum: Float = 0
        for unit in 0..<units { sum += outputGradient[sample * units + unit] * weights[unit * inputs + index] }
        inputGradient[sample * inputs + index] = sum
      }
    }
  }

  /// - Parameters:
  ///   - weightGradient: (units, inputs), overwritten with the sum over the samples
  ///   - biasGradient: (units), overwritten with the sum over the samples; nil for no bias
  static func weightGradient(
    outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, samples: Int, inputs: Int, units: Int
  ) {
    for unit in 0..<units {
      for index in 0..<inputs {
        var sum: Float = 0
        for sample in 0..<samples { sum += outputGradient[sample * units + unit] * input[sample * inputs + index] }
        weightGradient[unit * inputs + index] = sum
      }
      guard let biasGradient else { continue }
      var sum: Float = 0
      for sample in 0..<samples { sum += outputGradient[sample * units + unit] }
      biasGradient[unit] = sum
    }
  }
}
