/// What a callback knows of the run so far: kept in the run's state, and so in its checkpoints.
public struct CallbackState: Sendable, Equatable {
  /// Such as `best` and `wait`, under the callback's own names.
  public var numbers: [String: Double]
  /// Weights that it keeps, as `Snapshot.parameters` has them; none for most callbacks.
  public var weights: [Snapshot.Variable]

  public init(numbers: [String: Double] = [:], weights: [Snapshot.Variable] = []) {
    self.numbers = numbers
    self.weights = weights
  }
}

extension Trainer {
  /// The state of the callback with a name; empty before it kept any.
  ///
  /// A callback that keeps all it knows here goes on across a cut as if there had been none.
  public subscript(callback name: String) -> CallbackState {
    get { state.callbacks[name] ?? CallbackState() }
    set { state.callbacks[name] = newValue }
  }
}
