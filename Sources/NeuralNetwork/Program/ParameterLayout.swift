/// The memory layout of a parameter: a transposition of Keras' tensor.
///
/// Vector kernels need other orders than Keras stores. A layout splits Keras' shape into `factors` and states the order
/// in which the factors are stored, slowest first. A dense kernel (inputs, units) stored as (units, inputs) has the
/// order [1, 0]; after a flattened image stored as (channels, height, width) its factors are
/// [height·width, channels, units], stored in the order [2, 1, 0].
public struct ParameterLayout: Equatable, Sendable {
  /// Keras' dimensions, some of them split, slowest first.
  public let factors: [Int]
  /// The axes of `factors` in storage order, slowest first.
  public let order: [Int]

  /// Creates a layout; Keras' order if `order` is nil.
  public init(factors: [Int], order: [Int]? = nil) {
    self.factors = factors
    self.order = order ?? Array(factors.indices)
    precondition(self.order.sorted() == Array(factors.indices), "\(self.order) is not a permutation of the axes")
  }

  /// The number of values.
  public var count: Int { factors.reduce(1, *) }

  /// The memory stride of Keras' last axis: the outputs of a kernel.
  var lastAxisStride: Int {
    order.drop { $0 != factors.count - 1 }.dropFirst().reduce(1) { $0 * factors[$1] }
  }

  /// Copies a tensor from Keras' order to storage order.
  public func store(_ values: UnsafePointer<Float>, to stored: UnsafeMutablePointer<Float>) {
    forEachPosition { keras, position in stored[position] = values[keras] }
  }

  /// Copies a tensor from storage order to Keras' order.
  public func load(_ stored: UnsafePointer<Float>, to values: UnsafeMutablePointer<Float>) {
    forEachPosition { keras, position in values[keras] = stored[position] }
  }

  /// Calls `body` with each value's index in Keras' tensor and in memory, in memory order.
  private func forEachPosition(_ body: (_ keras: Int, _ stored: Int) -> Void) {
    var strides = [Int](repeating: 1, count: factors.count)
    for axis in factors.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * factors[axis + 1] }
    var index = [Int](repeating: 0, count: factors.count)
    var keras = 0
    for stored in 0..<count {
      body(keras, stored)
      for axis in order.reversed() {
        index[axis] += 1
        keras += strides[axis]
        if index[axis] < factors[axis] { break }
        keras -= factors[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }
}
