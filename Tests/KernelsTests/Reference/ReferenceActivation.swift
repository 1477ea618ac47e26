/// Reference activations, value by value, in place.
enum ReferenceActivation {
  static func reluForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count where values[index] < 0 { values[index] = 0 }
  }

  /// The gradient at 0 is 0.
  static func reluBackward(outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count where !(outputs[index] > 0) { gradients[index] = 0 }
  }
}
