/// Guesses by their names what arrays are: `/train/x`, `x_train`, `train_images`; `x` alone is training data.
enum ArrayGuess {
  private static func words(_ part: DatasetSplit) -> [String] {
    switch part {
    case .train: ["train", "training"]
    case .validation: ["validation", "val", "valid"]
    case .test: ["test", "testing"]
    }
  }

  private static func words(_ role: ArrayRole) -> [String] {
    switch role {
    case .inputs: ["x", "inputs", "images", "data", "features"]
    case .targets: ["y", "targets", "labels", "target", "label"]
    case .weights: ["w", "weights", "sample_weights", "sample_weight"]
    }
  }

  /// - Returns: nil if none of the names is that of training or test inputs.
  static func paths(among names: [String]) -> ArrayPaths? {
    func name(_ role: ArrayRole, _ part: DatasetSplit) -> String? {
      let candidates = words(part).flatMap { part in
        words(role).flatMap { role in
          ["\(part)/\(role)", "\(role)_\(part)", "\(part)_\(role)", "\(role)-\(part)", "\(part)-\(role)"]
        }
      }
      return (candidates + (part == .train ? words(role) : [])).lazy.compactMap { candidate in
        names.first { $0.drop { $0 == "/" }.lowercased() == candidate }
      }.first
    }
    let inputs = DatasetSplit.allCases.map { name(.inputs, $0) }
    guard inputs[0] != nil || inputs[2] != nil else { return nil }
    func other(_ role: ArrayRole, _ index: Int) -> String? {
      inputs[index] == nil ? nil : name(role, DatasetSplit.allCases[index])
    }
    return ArrayPaths(
      trainInputs: inputs[0], trainTargets: other(.targets, 0), trainWeights: other(.weights, 0),
      validationInputs: inputs[1], validationTargets: other(.targets, 1), validationWeights: other(.weights, 1),
      testInputs: inputs[2], testTargets: other(.targets, 2), testWeights: other(.weights, 2))
  }
}
