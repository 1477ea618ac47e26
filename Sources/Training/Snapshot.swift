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
  /// In the order of `ModelPlan.variables`.
  public var parameters: [Variable]
  /// For each of the optimizer's slots: a variable for each trainable variable.
  public var slots: [[Variable]]

  public init(state: RunState, parameters: [Variable], slots: [[Variable]]) {
    self.state = state
    self.parameters = parameters
    self.slots = slots
  }
}

extension Variables {
  func read(_ program: Program, slotCount: Int) -> (parameters: [Snapshot.Variable], slots: [[Snapshot.Variable]]) {
    let plan = program.plan
    let slots = (0..<slotCount).map { slot in
      plan.variables.indices.filter { plan.variables[$0].role == .trainable }.map {
        variable($0, of: program, in: self.slots.start + slot * slotStride)
      }
    }
    return (readParameters(program), slots)
  }

  func readParameters(_ program: Program) -> [Snapshot.Variable] {
    program.plan.variables.indices.map { variable($0, of: program, in: start(of: program.plan.variables[$0])) }
  }

  private func start(of variable: Variable) -> UnsafeMutablePointer<Float> {
    variable.role == .trainable ? parameters.start : state.start
  }

  private func variable(_ index: Int, of program: Program, in start: UnsafePointer<Float>) -> Snapshot.Variable {
    let variable = program.plan.variables[index]
    return Snapshot.Variable(
      path: variable.path, shape: variable.shape, values: program.values(of: index, in: start))
  }

  /// - Throws: `TrainingError.foreignSnapshot` if the variables are not those of the model; nothing is changed then.
  func write(_ snapshot: Snapshot, program: Program, slotCount: Int) throws {
    guard snapshot.slots.count == slotCount else {
      throw TrainingError.foreignSnapshot(
        reason: "it has \(snapshot.slots.count) optimizer variables a parameter, the optimizer keeps \(slotCount).")
    }
    let plan = program.plan
    let trainable = plan.variables.indices.filter { plan.variables[$0].role == .trainable }
    try check(snapshot.parameters, plan.variables)
    for slot in snapshot.slots { try check(slot, plan.trainableVariables) }
    for (index, variable) in snapshot.parameters.enumerated() {
      program.store(variable.values, of: index, in: start(of: plan.variables[index]))
    }
    for (slot, values) in snapshot.slots.enumerated() {
      for (index, variable) in zip(trainable, values) {
        program.store(variable.values, of: index, in: slots.start + slot * slotStride)
      }
    }
  }

  /// - Throws: as `write`.
  func writeParameters(_ values: [Snapshot.Variable], program: Program) throws {
    try check(values, program.plan.variables)
    for (index, variable) in values.enumerated() {
      program.store(variable.values, of: index, in: start(of: program.plan.variables[index]))
    }
  }

  private func check(_ values: [Snapshot.Variable], _ variables: [Variable]) throws {
    guard values.count == variables.count else {
      throw TrainingError.foreignSnapshot(
        reason: "\(values.count) variables, the model has \(variables.count).")
    }
    for (value, variable) in zip(values, variables) {
      guard value.shape == variable.shape, value.values.count == value.shape.count else {
        throw TrainingError.foreignSnapshot(
          reason: "\(variable.path) has the shape \(value.shape), the model needs \(variable.shape).")
      }
    }
  }
}
