/// Floating-point operations; a multiplication and an addition count as two.
public struct OperationCount: Sendable, Equatable {
  public var forward: Int
  public var backward: Int

  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }
}
