import Configuration
import KerasFormat
import NeuralNetwork
import Training

extension TrainedModel {
  /// What a format cannot say about the training, and what to do about it; one sentence or two each.
  public func exportRemarks(_ format: ExportFormat) -> [String] {
    guard isCompiled, format == .keras || format == .h5 else { return [] }
    return [exclusionRemark, multiplierRemark, scheduleRemark, metricRemark].compactMap { $0 }
      + (format == .h5 ? [Self.formatRemark] : [])
  }

  /// Keras 2 restores the state of an optimizer `Custom>Adam` alone, whose options Keras 3 ignores.
  static let formatRemark =
    "The optimizer in an .h5 file is that of Keras 2: Keras 3 opens the file with the optimizer's default options, such as "
    + "its learning rate, and without its state. To train it further in Keras 3, export .keras."

  /// Keras excludes variables by a method of the optimizer.
  private var exclusionRemark: String? {
    let patterns = optimizer.updateOptions.excludedFromWeightDecay
    guard !patterns.isEmpty, let variables = try? plan().trainableVariables else { return nil }
    let names = patterns.filter { !$0.isOfPaths }.map { Self.keras($0, variables: variables) }
    // Paths in Keras begin with the model's name if that is a Sequential.
    let paths = patterns.filter(\.isOfPaths).map {
      Self.quoted("*/" + $0.description.replacing("[", with: "[[]"))
    }
    let lists: [String?] = [
      names.isEmpty ? nil : "var_names=[\(names.joined(separator: ", "))]",
      paths.isEmpty
        ? nil
        : "var_list=[v for v in model.trainable_variables if any(fnmatch.fnmatchcase('/' + v.path, p) for p in "
          + "[\(paths.joined(separator: ", "))])]",
    ]
    let preparation = paths.isEmpty ? "" : "import fnmatch, and "
    return "Keras' files have no place for exclude_from_weight_decay: \(preparation)call "
      + "model.optimizer.exclude_from_weight_decay(\(lists.compactMap { $0 }.joined(separator: ", "))) before training it further."
  }

  /// The regular expression that Keras searches in the names of variables, in quotation marks: the name itself if that is
  /// part of no other.
  private static func keras(_ pattern: NamePattern, variables: [Variable]) -> String {
    let text = pattern.description
    let others = variables.map(\.name).filter { $0.contains(text) && !pattern.matches($0) }
    if others.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) {
      return quoted(text)
    }
    let expression = text.map { character in
      switch character {
      case "*": ".*"
      case "?": "."
      case _ where character.isLetter || character.isNumber || character == "_": "\(character)"
      default: "[\(character == "^" || character == "]" || character == "\\" ? "\\" : "")\(character)]"
      }
    }.joined()
    return quoted("^\(expression)$")
  }

  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }

  private var multiplierRemark: String? {
    guard !optimizer.updateOptions.learningRateMultipliers.isEmpty else { return nil }
    return "Keras has no learning_rate_multipliers: trained further there, all weights have the rate of the optimizer. "
      + "To keep them, resume the run in Martlet."
  }

  private var metricRemark: String? {
    let names = metrics.map { type(of: $0) }.filter { !$0.isInKeras }.map { $0.name }
    return names.isEmpty ? nil : "Keras has no \(names.joined(separator: " and no ")): the file leaves it out."
  }

  private var scheduleRemark: String? {
    guard let schedule = learningRateSchedule, schedule.kerasForm == nil else { return nil }
    let (name, warmupSteps) = (type(of: schedule.form).name, schedule.warmupSteps)
    // The rate that the file has is that of all further steps.
    if schedule.form is ConstantRate, optimizerState?.iteration ?? 0 >= warmupSteps { return nil }
    let reason =
      schedule.form.kerasForm == nil && !(schedule.form is ConstantRate)
      ? "schedule like \(name)" : "schedule with a warm-up like that of \(warmupSteps) steps before \(name)"
    let rate = optimizerState?.learningRate ?? optimizer.learningRate
    return "Keras has no learning rate \(reason): the file has the constant rate \(rate)"
      + "\(optimizerState == nil ? "" : ", that of the last step"). To keep the schedule, resume the run in "
      + "Martlet."
  }
}
