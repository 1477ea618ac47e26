import NeuralNetwork

/// What a file or a program brings is compared with the model here, before anything is done with it: all readers end in
/// these checks, and so does everything that writes a model or computes with it.
extension ModelPlan {
  /// Checks that variables are the model's weights: their number, names and shapes, and that every value is there.
  ///
  /// - Parameter what: of which kind they are, for the message; weights if nil.
  /// - Throws: `TrainingError.foreignSnapshot` with the first that differs.
  package func check(_ values: [Snapshot.Variable], what: String? = nil) throws {
    try check(values, against: variables, what: what)
  }

  private func check(_ values: [Snapshot.Variable], against variables: [Variable], what: String?) throws {
    let place = what.map { " of the \($0)" } ?? ""
    guard values.count == variables.count else {
      throw TrainingError.foreignSnapshot(
        reason: "\(values.count) \(what ?? "variables"), the model has \(variables.count)")
    }
    for (variable, known) in zip(values, variables) {
      let (path, shape) = (known.path, known.shape)
      guard variable.path == path else {
        throw TrainingError.foreignSnapshot(reason: "'\(variable.path)'\(place) is where \(path) belongs")
      }
      guard variable.shape == shape, variable.values.count == shape.count else {
        throw TrainingError.foreignSnapshot(
          reason: "\(path)\(place) has the shape \(variable.shape), the model needs \(shape)")
      }
    }
  }

  /// Checks weights, and what an optimizer keeps for each of them.
  ///
  /// - Throws: `TrainingError.foreignSnapshot`.
  package func check(_ weights: [Snapshot.Variable], slots: [[Snapshot.Variable]], slotCount: Int) throws {
    try check(weights)
    guard slots.count == slotCount || (slots.isEmpty && trainableVariables.isEmpty) else {
      throw TrainingError.foreignSnapshot(
        reason: "it has \(slots.count) optimizer variables a parameter, the optimizer keeps \(slotCount)")
    }
    for slot in slots { try check(slot, against: trainableVariables, what: "optimizer variables") }
  }
}

extension Snapshot {
  /// Checks that a training can go on from the snapshot: that all variables are those of its model and its optimizer, and
  /// that its counts agree with each other.
  ///
  /// - Throws: `TrainingError.foreignSnapshot`.
  package func check(fits plan: ModelPlan, _ training: TrainingConfiguration) throws {
    try plan.check(parameters, slots: slots, slotCount: training.optimizer.slotNames.count)
    try state.check(training)
    for (name, callback) in state.callbacks where !callback.weights.isEmpty {
      try plan.check(callback.weights, what: "weights that \(name) keeps")
    }
    let kept = state.callbacks.values.map(\.weights)
    let all = ([parameters] + slots + kept).joined()
    if let variable = all.first(where: { !$0.values.allSatisfy(\.isFinite) }) {
      throw TrainingError.foreignSnapshot(reason: "\(variable.path) holds NaN or infinite values")
    }
  }
}

extension RunState {
  /// The most epochs that a run can have: the random streams tell so many apart.
  private static let mostEpochs = 1 << 24

  /// Checks that the counts agree with each other, and with what is measured.
  ///
  /// - Throws: `TrainingError.foreignSnapshot`.
  func check(_ training: TrainingConfiguration) throws {
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
      guard condition else { throw TrainingError.foreignSnapshot(reason: reason()) }
    }
    try require(sums.values.count == training.sumNames.count, "it was trained with other metrics")
    try require(
      epoch >= 0 && epoch < Self.mostEpochs && stepInEpoch >= 0 && stepsBefore >= 0
        && step - stepsBefore >= epoch + stepInEpoch,
      "step \(step) with \(stepsBefore) made elsewhere is not \(stepInEpoch) steps behind \(epoch) epochs")
    try require(
      sums.samples >= 0 && (sums.samples - 1) / training.batchSize < max(stepInEpoch, 1)
        && (sums.samples == 0 || stepInEpoch > 0),
      "\(stepInEpoch) steps of the epoch have seen \(sums.samples) samples")
    try require(learningRate.isFinite && learningRate >= 0, "the learning rate is \(learningRate)")
    for (name, values) in history.columns.sorted(by: { $0.key < $1.key }) {
      try require(
        values.count == epoch, "its history has \(values.count) values of '\(name)', and \(epoch) epochs are done")
    }
    for (name, callback) in callbacks {
      let counts = callback.numbers.filter { $0.key != "best" }
      try require(
        counts.values.allSatisfy { $0 >= 0 && $0 < 0x1p53 && $0 == $0.rounded() },
        "the counts that \(name) keeps are \(counts.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: ", "))"
      )
    }
  }
}
