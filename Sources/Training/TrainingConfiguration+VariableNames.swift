import Configuration
import NeuralNetwork

extension TrainingConfiguration {
  /// Checks that every pattern of the optimizer's options is that of a variable: learning rate multipliers, and what is
  /// excluded from weight decay.
  ///
  /// - Throws: `TrainingError.unmatchedPattern`.
  package func checkVariableNames(_ plan: ModelPlan) throws {
    let (options, variables) = (optimizer.updateOptions, plan.variables)
    let (paths, layers) = (variables.map(\.path), Self.distinct(variables.map(\.layerName)))
    for pattern in options.learningRateMultipliers.filter({ !variables.contains(where: $0.applies) }).map(\.pattern) {
      throw TrainingError.unmatchedPattern(
        key: UpdateOptions.multipliersKey, pattern: pattern.description, kind: "variable", names: paths,
        advice: Self.advice(pattern, among: pattern.isOfPaths ? paths : layers))
    }
    for pattern in options.excludedFromWeightDecay {
      guard !variables.contains(where: { UpdateOptions.excludes(pattern, $0) }) else { continue }
      let names = pattern.isOfPaths ? paths : Self.distinct(variables.map(\.name))
      let isOfLayers = !pattern.isOfPaths && layers.contains(where: pattern.matches)
      throw TrainingError.unmatchedPattern(
        key: UpdateOptions.exclusionKey, pattern: pattern.description,
        kind: pattern.isOfPaths ? "variable" : "name of a variable", names: names,
        advice: isOfLayers
          ? "For all variables of a layer, write '\(pattern.description.quotedForMessage)/*'."
          : Self.advice(pattern, among: names))
    }
  }

  private static func advice(_ pattern: NamePattern, among names: [String]) -> String? {
    NearestWord.nearest(to: pattern.description, among: names).map { "Did you mean '\($0)'?" }
  }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
