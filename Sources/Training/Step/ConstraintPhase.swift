import NeuralNetwork

/// Applies the constraints of variables after a step, one task per variable.
struct ConstraintPhase: StepPhase {
  private let constraints: [ConstrainedVariable]
  private let variables: Variables

  /// Nil if no trainable variable has a constraint.
  init?(_ program: Program, _ variables: Variables) {
    let plan = program.plan
    constraints = plan.variables.indices.compactMap { index in
      guard plan.variables[index].role == .trainable, let constraint = plan.variables[index].specification.constraint
      else { return nil }
      return ConstrainedVariable(constraint, program, index)
    }
    self.variables = variables
    if constraints.isEmpty { return nil }
  }

  var name: String { "constraints" }

  func taskCount(_ step: CurrentStep) -> Int { constraints.count }

  func run(task: Int, worker: Int, _ step: CurrentStep) { constraints[task].apply(to: variables.parameters.start) }

  func finish(_ step: CurrentStep) -> Bool { true }
}

/// A variable with its constraint. Its norms are summed in Keras' order of the values, whatever their order in memory.
private final class ConstrainedVariable: @unchecked Sendable {
  // Sendable: one task at a time uses the sums.
  private let constraint: any Constraint
  /// The offset of each value, and the norm that it belongs to, in Keras' order.
  private let places: [(offset: Int32, norm: Int32)]
  private let sums: UnsafeMutablePointer<Double>
  private let normCount: Int

  init(_ constraint: any Constraint, _ program: Program, _ index: Int) {
    self.constraint = constraint
    let variable = program.plan.variables[index]
    let count = variable.shape.count
    // The order in memory: what lies where Keras' value n would be.
    let numbers = program.places(of: index)
    let norms = constraint.axes.map { Self.norms(variable.shape.dimensions, over: $0) } ?? []
    places = (0..<count).map { (Int32(variable.offset + numbers[$0]), norms.isEmpty ? 0 : norms[$0]) }
    normCount = Int(norms.max() ?? 0) + 1
    sums = .allocate(capacity: normCount)
    sums.initialize(repeating: 0, count: normCount)
  }

  deinit { sums.deallocate() }

  /// For each value of a shape, the number of its norm: the position on all other axes.
  private static func norms(_ dimensions: [Int], over axes: [Int]) -> [Int32] {
    let summed = Set(axes.map { $0 < 0 ? $0 + dimensions.count : $0 })
    return (0..<dimensions.reduce(1, *)).map { position in
      var (rest, norm, stride) = (position, 0, 1)
      for axis in dimensions.indices.reversed() {
        let coordinate = rest % dimensions[axis]
        rest /= dimensions[axis]
        if summed.contains(axis) { continue }
        norm += coordinate * stride
        stride *= dimensions[axis]
      }
      return Int32(norm)
    }
  }

  func apply(to values: UnsafeMutablePointer<Float>) {
    guard constraint.axes != nil else {
      for place in places { values[Int(place.offset)] *= constraint.factor(values[Int(place.offset)]) }
      return
    }
    sums.update(repeating: 0, count: normCount)
    for place in places {
      let value = Double(values[Int(place.offset)])
      sums[Int(place.norm)] += value * value
    }
    for norm in 0..<normCount { sums[norm] = Double(constraint.factor(Float(sums[norm].squareRoot()))) }
    for place in places { values[Int(place.offset)] *= Float(sums[Int(place.norm)]) }
  }
}
