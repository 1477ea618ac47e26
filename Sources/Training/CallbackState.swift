/// The state of a callback, stored in the run's state and so in its checkpoints.
public struct CallbackState: Sendable, Equatable {
  /// Named numbers such as `best` and `wait`; the callback chooses the names.
  public var numbers: [String: Double]
  /// Weights that the callback stores, in the order of `Snapshot.parameters`; empty for most callbacks.
  public var weights: [Snapshot.Variable]

  /// Creates a state with numbers and weights.
  public init(numbers: [String: Double] = [:], weights: [Snapshot.Variable] = []) {
    self.numbers = numbers
    self.weights = weights
  }
}

extension Trainer {
  /// The state of a callback by its name; empty until it is set.
  ///
  /// A callback that keeps its whole state here resumes as if the run had not been interrupted.
  public subscript(callback name: String) -> CallbackState {
    get { state.callbacks[name] ?? CallbackState() }
    set { state.callbacks[name] = newValue }
  }
}
