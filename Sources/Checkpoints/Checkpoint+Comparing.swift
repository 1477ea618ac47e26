import Configuration
import NeuralNetwork
import RunConfiguration
import Training

extension Checkpoint {
  /// The differences between two checkpoints, one line each; empty if both resume the same run from the same state.
  ///
  /// Compared bit by bit: every weight, the optimizer's iteration, learning rate and slots, the position in the run,
  /// the sums of the current epoch, the history, the state of callbacks, the seed, the fingerprints of the data; and
  /// the keys of the configuration that a resumed run must have in common (`RunConfiguration.checkResumes`).
  ///
  /// Not compared: seconds, which differ between any two runs; names, directories and the number of epochs; the
  /// instruction set.
  package func differences(from other: Checkpoint) -> [String] {
    var found = Differences()
    do { try other.configuration.checkResumes(configuration) } catch let mismatch as ResumeMismatch {
      found.compare("configuration: \(mismatch.key)", mismatch.checkpoint, mismatch.requested)
    } catch {
      found.lines.append("configuration: \(error)")
    }
    found.compare("input shape", "\(run.inputShape)", "\(other.run.inputShape)")
    found.compare("seed", "\(configuration.training.seed)", "\(other.configuration.training.seed)")
    found.compare("training data", run.trainFingerprint, other.run.trainFingerprint)
    found.compare("validation data", run.validationFingerprint, other.run.validationFingerprint)
    found.compare(snapshot.state, other.snapshot.state)
    found.compare("weights", snapshot.parameters, other.snapshot.parameters)
    let slots = configuration.training.optimizer.slotNames
    found.compare("optimizer slots", "\(snapshot.slots.count)", "\(other.snapshot.slots.count)")
    for (index, (left, right)) in zip(snapshot.slots, other.snapshot.slots).enumerated() {
      let name = index < slots.count ? slots[index] : "slot \(index)"
      found.compare("optimizer \(name)", left, right)
    }
    return found.lines
  }
}

/// The lines of a comparison.
private struct Differences {
  var lines: [String] = []

  mutating func compare(_ what: String, _ left: String, _ right: String) {
    if left != right { lines.append("\(what): \(left) and \(right)") }
  }

  mutating func compare(_ left: RunState, _ right: RunState) {
    for (what, count) in [
      ("epochs done", \RunState.epoch), ("steps done", \.step), ("steps made before the import", \.importedSteps),
      ("steps in the current epoch", \.stepInEpoch), ("samples in the current epoch", \.sums.samples),
    ] as [(String, KeyPath<RunState, Int>)] {
      compare(what, "\(left[keyPath: count])", "\(right[keyPath: count])")
    }
    if left.learningRate.bitPattern != right.learningRate.bitPattern {
      compare("learning rate", left.learningRate.digits, right.learningRate.digits)
    }
    compare("sums of the current epoch", left.sums.values, right.sums.values, unit: "sum")
    let (old, new) = (left.history, right.history)
    for name in Set(old.names).union(new.names).sorted() where name != "seconds" {
      let what = "history of \(name)"
      switch (old.arrays[name], new.arrays[name]) {
      case (nil, nil): compare(what, old[name], new[name], unit: "epoch")
      case (let left?, let right?): compare(what, left, right)
      case (let left, _): compare(what, left == nil ? "numbers" : "arrays", left == nil ? "arrays" : "numbers")
      }
    }
    for name in Set(left.callbacks.keys).union(right.callbacks.keys).sorted() {
      compare(name, left.callbacks[name] ?? CallbackState(), right.callbacks[name] ?? CallbackState())
    }
  }

  private mutating func compare(_ name: String, _ left: CallbackState, _ right: CallbackState) {
    for number in Set(left.numbers.keys).union(right.numbers.keys).sorted() {
      let (old, new) = (left.numbers[number], right.numbers[number])
      guard old?.bitPattern != new?.bitPattern else { continue }
      compare("\(name) \(number)", old?.digits ?? "nothing", new?.digits ?? "nothing")
    }
    compare("\(name) weights", left.weights, right.weights)
  }

  /// Compares the arrays of each epoch.
  private mutating func compare(_ what: String, _ left: [MetricValue], _ right: [MetricValue]) {
    guard left.count == right.count else { return compare(what, "\(left.count) epochs", "\(right.count)") }
    guard let epoch = left.indices.first(where: { left[$0] != right[$0] }) else { return }
    compare("\(what), epoch \(epoch + 1)", left[epoch].elements, right[epoch].elements, unit: "number")
  }

  /// Compares the elements of a list, numbered from 1.
  private mutating func compare(_ what: String, _ left: [Double], _ right: [Double], unit: String) {
    guard left.count == right.count else { return compare(what, "\(left.count) \(unit)s", "\(right.count)") }
    guard let first = left.indices.first(where: { left[$0].bitPattern != right[$0].bitPattern }) else { return }
    compare("\(what), \(unit) \(first + 1)", left[first].digits, right[first].digits)
  }

  mutating func compare(_ what: String, _ left: [Snapshot.Variable], _ right: [Snapshot.Variable]) {
    guard left.map(\.path) == right.map(\.path) else {
      return compare(what, left.map(\.path).joined(separator: ", "), right.map(\.path).joined(separator: ", "))
    }
    for (old, new) in zip(left, right) { compare("\(what) of \(old.path)", old, new) }
  }

  private mutating func compare(_ what: String, _ left: Snapshot.Variable, _ right: Snapshot.Variable) {
    guard left.shape == right.shape, left.values.count == right.values.count else {
      return compare(what, "\(left.shape)", "\(right.shape)")
    }
    let different = left.values.indices.filter { left.values[$0].bitPattern != right.values[$0].bitPattern }
    guard let first = different.first else { return }
    lines.append(
      "\(what): \(different.count) of \(left.values.count) values, the first of them \(left.values[first].digits) and "
        + "\(right.values[first].digits)")
  }
}
