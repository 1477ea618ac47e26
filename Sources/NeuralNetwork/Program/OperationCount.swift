/// Floating-point operations; a multiplication and an addition count as two.
public struct OperationCount: Sendable, Equatable {
  /// The operations of the forward pass.
  public var forward: Int
  /// The operations of the backward pass.
  public var backward: Int

  /// Creates a count.
  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }
}
