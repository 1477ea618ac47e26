import NeuralNetwork

/// Checks of data from files and callers against the model, before any use. All readers end in these checks, and so
/// does everything that writes a model or computes with it.
extension ModelPlan {
  /// Checks that variables are the model's weights: count, names, shapes and number of values.
  ///
  /// - Parameter what: their kind, for the message; weights if nil.
  /// - Throws: `TrainingError.incompatibleSnapshot` with the first difference.
  package func check(_ values: [Snapshot.Variable], what: String? = nil) throws {
    try check(values, against: variables, what: what)
  }

  private func check(_ values: [Snapshot.Variable], against variables: [Variable], what: String?) throws {
    let place = what.map { " of the \($0)" } ?? ""
    guard values.count == variables.count else {
      throw TrainingError.incompatibleSnapshot(
        reason: "\(values.count) \(what ?? "variables"), the model has \(variables.count)")
    }
    for (variable, known) in zip(values, variables) {
      let (path, shape) = (known.path, known.shape)
      guard variable.path == path else {
        throw TrainingError.incompatibleSnapshot(reason: "'\(variable.path)'\(place) found where \(path) is expected")
      }
      guard variable.shape == shape, variable.values.count == shape.count else {
        throw TrainingError.incompatibleSnapshot(
          reason: "\(path)\(place) has the shape \(variable.shape), the model needs \(shape)")
      }
    }
  }

  /// Checks weights and their optimizer slots.
  ///
  /// - Throws: `TrainingError.incompatibleSnapshot`.
  package func check(_ weights: [Snapshot.Variable], slots: [[Snapshot.Variable]], slotCount: Int) throws {
    try check(weights)
    guard slots.count == slotCount || (slots.isEmpty && trainableVariables.isEmpty) else {
      throw TrainingError.incompatibleSnapshot(
        reason: "it has \(slots.count) optimizer variables per parameter, the optimizer has \(slotCount)")
    }
    for slot in slots { try check(slot, against: trainableVariables, what: "optimizer variables") }
  }
}

extension Snapshot {
  /// Checks that training can resume from the snapshot: its variables are those of the model and the optimizer, and its
  /// counts are consistent.
  ///
  /// - Throws: `TrainingError.incompatibleSnapshot`.
  package func check(fits plan: ModelPlan, _ training: TrainingConfiguration) throws {
    try plan.check(parameters, slots: slots, slotCount: training.optimizer.slotNames.count)
    try state.check(training, outputs: plan.outputShape.count)
    for (name, callback) in state.callbacks where !callback.weights.isEmpty {
      try plan.check(callback.weights, what: "weights of \(name)")
    }
    let kept = state.callbacks.values.map(\.weights)
    let all = ([parameters] + slots + kept).joined()
    if let variable = all.first(where: { !$0.values.allSatisfy(\.isFinite) }) {
      throw TrainingError.incompatibleSnapshot(reason: "\(variable.path) contains NaN or infinite values")
    }
  }
}

extension RunState {
  /// The maximum number of epochs of a run: the limit of the random streams.
  private static let mostEpochs = 1 << 24

  /// Checks that the counts are consistent with each other and with the metrics.
  ///
  /// - Throws: `TrainingError.incompatibleSnapshot`.
  func check(_ training: TrainingConfiguration, outputs: Int) throws {
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
      guard condition else { throw TrainingError.incompatibleSnapshot(reason: reason()) }
    }
    try require(sums.values.count == training.sumCount(outputs: outputs), "it was trained with other metrics")
    try require(
      epoch >= 0 && epoch < Self.mostEpochs && stepInEpoch >= 0 && importedSteps >= 0
        && step - importedSteps >= epoch + stepInEpoch,
      "step \(step) (\(importedSteps) made elsewhere) is not \(stepInEpoch) steps after \(epoch) epochs")
    try require(
      sums.samples >= 0 && (sums.samples - 1) / training.batchSize < max(stepInEpoch, 1)
        && (sums.samples == 0 || stepInEpoch > 0),
      "\(stepInEpoch) steps of the epoch cannot have \(sums.samples) samples")
    try require(learningRate.isFinite && learningRate >= 0, "the learning rate is \(learningRate)")
    let counts = history.columns.mapValues(\.count).merging(history.arrays.mapValues(\.count)) { $1 }
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
      try require(count == epoch, "its history has \(count) values of '\(name)' for \(epoch) epochs")
    }
    let shapes = training.historyShapes(outputs: outputs)
    let columns = history.columns.mapValues { _ in [Int]() }
    for (name, shape) in columns.merging(history.arrays.compactMapValues(\.first?.shape), uniquingKeysWith: { $1 }) {
      try require(
        shape == shapes[name] ?? [], "its history has values of shape \(shape) of '\(name)', not \(shapes[name] ?? [])")
    }
    for (name, callback) in callbacks {
      let counts = callback.numbers.filter { $0.key != "best" }
      try require(
        counts.values.allSatisfy { $0 >= 0 && $0 < 0x1p53 && $0 == $0.rounded() },
        "the counts of \(name) are \(counts.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: ", "))"
      )
    }
  }
}
