import Glibc

/// Reference activations, value by value, in place. Each derivative is computed from the output.
enum ReferenceActivation {
  static func sigmoidForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { values[index] = 1 / (1 + exp(-values[index])) }
  }

  /// g ← g·s·(1 − s)
  static func sigmoidBackward(
    outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { gradients[index] *= outputs[index] * (1 - outputs[index]) }
  }

  static func tanhForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { values[index] = tanh(values[index]) }
  }

  /// g ← g·(1 − t²)
  static func tanhBackward(outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { gradients[index] *= 1 - outputs[index] * outputs[index] }
  }

  static func reluForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count where values[index] < 0 { values[index] = 0 }
  }

  /// The gradient at 0 is 0.
  static func reluBackward(outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count where !(outputs[index] > 0) { gradients[index] = 0 }
  }
}
