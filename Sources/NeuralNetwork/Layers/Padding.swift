import Configuration

/// The padding of an image.
public enum Padding: String, CaseIterable, Sendable {
  /// None: windows stay inside the image.
  case valid
  /// Zeros, so that the output has ⌈input / stride⌉ pixels; an odd pixel of padding goes to the end.
  case same

  /// The outputs and the padding before of a window of `size` with `stride` over `input` pixels; nil if it does not
  /// fit.
  func placement(input: Int, size: Int, stride: Int) -> (output: Int, before: Int)? {
    switch self {
    case .valid:
      return input >= size ? ((input - size) / stride + 1, 0) : nil
    case .same:
      let output = (input + stride - 1) / stride
      return (output, max((output - 1) * stride + size - input, 0) / 2)
    }
  }
}
