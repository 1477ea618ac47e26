import Configuration

/// A window that moves over the output of a transposed convolution, one axis of an image at a time.
struct TransposedWindow {
  /// The pixels of the output.
  let output: Int
  /// The pixels of the first window that are before the output, and those of the last window that are after it; the
  /// latter is negative if no window reaches the end.
  let before: Int
  let after: Int

  /// Keras' placement, that of its JAX backend. With size k = (kernel size − 1) · dilation + 1, n inputs and stride s, the
  /// output has
  ///
  /// - `valid`: (n − 1) · s + max(k, s) pixels, or (n − 1) · s + k + output padding;
  /// - `same`: n · s pixels, or (n − 1) · s + k mod 2 + output padding.
  ///
  /// - Parameters:
  ///   - size: k.
  ///   - outputPadding: nil for Keras' choice.
  init(input: Int, size: Int, stride: Int, padding: Padding, outputPadding: Int?) {
    let (left, right): (Int, Int)
    switch padding {
    case .valid:
      left = size - 1
      right = size - 1 + (outputPadding ?? max(size, stride) - size)
    case .same:
      let total = outputPadding.map { size + size % 2 - 2 + $0 } ?? stride + size - 2
      left = min((total + 1) / 2, size - 1)
      right = total - left
    }
    (before, after) = (size - 1 - left, size - 1 - right)
    output = (input - 1) * stride + size - before - after
  }
}
