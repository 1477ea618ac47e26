import NeuralNetwork

/// All that a run needs to go on: how far it has come, and the value of every variable.
public struct Snapshot: Sendable, Equatable {
  /// One variable, in Keras' order and shape.
  public struct Variable: Sendable, Equatable {
    /// `conv2d/kernel`; for an optimizer's slot, that of its parameter.
    public let path: String
    public let shape: Shape
    public let values: [Float]

    public init(path: String, shape: Shape, values: [Float]) {
      self.path = path
      self.shape = shape
      self.values = values
    }
  }

  public var state: RunState
  /// In the order of `Network.parameters`.
  public var parameters: [Variable]
  /// For each of the optimizer's slots: a variable for each parameter.
  public var slots: [[Variable]]

  public init(state: RunState, parameters: [Variable], slots: [[Variable]]) {
    self.state = state
    self.parameters = parameters
    self.slots = slots
  }
}

extension Variables {
  func read(_ network: Network, slotCount: Int) -> (parameters: [Snapshot.Variable], slots: [[Snapshot.Variable]]) {
    (readParameters(network), (0..<slotCount).map { copy(slots.start + $0 * slotStride, network) })
  }

  func readParameters(_ network: Network) -> [Snapshot.Variable] { copy(parameters.start, network) }

  private func copy(_ start: UnsafePointer<Float>, _ network: Network) -> [Snapshot.Variable] {
    network.parameters.map {
      Snapshot.Variable(path: $0.path, shape: $0.specification.shape, values: network.kerasValues(of: $0, in: start))
    }
  }

  /// - Throws: `TrainingError.foreignSnapshot` if the variables are not those of `network`; nothing is changed then.
  func write(_ snapshot: Snapshot, network: Network, slotCount: Int) throws {
    try network.check(snapshot.parameters, slots: snapshot.slots, slotCount: slotCount)
    store(snapshot.parameters, parameters.start, network)
    for (index, slot) in snapshot.slots.enumerated() { store(slot, slots.start + index * slotStride, network) }
  }

  /// - Throws: as `write`.
  func writeParameters(_ values: [Snapshot.Variable], network: Network) throws {
    try network.check(values)
    store(values, parameters.start, network)
  }

  private func store(_ variables: [Snapshot.Variable], _ start: UnsafeMutablePointer<Float>, _ network: Network) {
    for (variable, parameter) in zip(variables, network.parameters) {
      network.store(variable.values, of: parameter, in: start)
    }
  }
}
