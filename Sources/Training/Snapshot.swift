import NeuralNetwork

/// The complete state of a run, from which it can resume: its progress and the value of every variable.
public struct Snapshot: Sendable, Equatable {
  /// One variable, in Keras' order and shape.
  public struct Variable: Sendable, Equatable {
    /// `conv2d/kernel`; for an optimizer slot, the path of its parameter.
    public let path: String
    /// The shape in Keras' order.
    public let shape: Shape
    /// The values in row-major order.
    public let values: [Float]

    /// Creates a variable; `values` has one value per element of `shape`.
    public init(path: String, shape: Shape, values: [Float]) {
      self.path = path
      self.shape = shape
      self.values = values
    }
  }

  /// The progress of the run.
  public var state: RunState
  /// In the order of `ModelPlan.variables`.
  public var parameters: [Variable]
  /// For each optimizer slot, a variable per trainable variable.
  public var slots: [[Variable]]

  /// Creates a snapshot.
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

  /// - Throws: `TrainingError.incompatibleSnapshot` if the variables are not those of the model; nothing is changed then.
  func write(_ snapshot: Snapshot, program: Program, slotCount: Int) throws {
    let plan = program.plan
    let trainable = plan.variables.indices.filter { plan.variables[$0].role == .trainable }
    try plan.check(snapshot.parameters, slots: snapshot.slots, slotCount: slotCount)
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
    try program.plan.check(values)
    for (index, variable) in values.enumerated() {
      program.store(variable.values, of: index, in: start(of: program.plan.variables[index]))
    }
  }
}
