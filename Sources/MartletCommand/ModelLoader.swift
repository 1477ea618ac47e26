import Martlet

/// A loader for checkpoints and Keras files, told apart by their contents.
struct ModelLoader {
  /// The run configuration for a weights-only file, and the directory of its data.
  let configuration: RunConfiguration?
  var data: String?
  /// The divisor of the pixels if a Keras file does not state it, and whether one is required.
  var scale: (value: Float?, isNeeded: Bool) = (nil, true)
  /// The path of the model for a weights-only file, as Keras' JSON.
  var architecture: String?
  let purpose: KerasModelFile.Purpose
  /// Whether the configuration's optimizer, loss and metrics override the file's.
  var replacesTraining = false
  /// Another end for the model of a Keras file; nil to keep it.
  var head: NewHead?
  /// Reads the configuration again, with a model in place of its own, which may be the end of that alone.
  var configurationOfWhole: ((Model) throws -> RunConfiguration?)?
  let context: DatasetContext

  /// - Throws: what the file's reader throws.
  func open(_ path: String) throws -> Checkpoint {
    do {
      let saved = try Checkpoint(path: path)
      try checkScale(saidBy: path, saved.configuration.training.scale)
      return saved
    } catch CheckpointError.foreign {
      return try loadKerasModel(path)
    }
  }

  /// Opens a file that is not a checkpoint, as a run that starts from its model.
  func loadKerasModel(_ path: String) throws -> Checkpoint {
    let file = try KerasModelFile(path: path, architecture: architecture)
    let imported = try file.model(
      for: purpose, background: try background(file), training: replacesTraining ? configuration?.training : nil)
    var (model, notes) = (imported.model, imported.notes)
    try checkScale(saidBy: path, file.statedScale)
    notes += scaleNotes(file.statedScale, model.model)
    // A model that starts with a Rescaling or Normalization layer expects raw pixels unless a scale is given.
    model.scale = file.statedScale ?? scale.value ?? model.scale ?? configuration?.training.scale
    let background = try head.flatMap { try apply($0, to: &model) } ?? configuration
    for note in notes { Console.error.write("martlet: note: \(path): \(note).\n") }
    return try Checkpoint(importing: model, origin: path, background: background)
  }

  /// Applies another end to a model.
  ///
  /// - Returns: the configuration of the whole model, whose names were checked with it; nil without a configuration.
  private func apply(_ head: NewHead, to model: inout TrainedModel) throws -> RunConfiguration? {
    model = try HeadOptions.apply(head, to: model, seed: configuration?.training.seed ?? 1)
    // A configuration of the whole model has its names, and says which layers are frozen.
    let own = configuration?.training.model
    var whole = own.flatMap { $0.isSame(as: model.model, ignoringTrainable: true) ? $0 : nil } ?? model.model
    try HeadOptions.freeze(head, &whole)
    guard let configuration = try configurationOfWhole?(whole) else {
      model.model = whole
      return nil
    }
    try configuration.training.checkVariableNames(
      configuration.training.model.plan(inputShape: model.inputShape))
    return configuration
  }

  // MARK: - The scale of the pixels

  /// - Parameter said: the scale that the file states, if any.
  /// - Throws: `UsageError` if `--scale` differs from it.
  private func checkScale(saidBy path: String, _ said: Float?) throws {
    guard let said, let asked = scale.value, said != asked else { return }
    throw UsageError(
      "--scale \(PixelScale.text(asked)): \(path) states that pixels are divided by \(PixelScale.text(said)). Leave out --scale."
    )
  }

  /// Notes about a scale that is assumed, or stated both in the file and in the configuration.
  private func scaleNotes(_ said: Float?, _ model: Model) -> [String] {
    if let said {
      guard let other = configuration?.training.scale, other != said else { return [] }
      return [
        "pixels are divided by \(PixelScale.text(said)), as the file states; data.scale (\(PixelScale.text(other))) of the configuration is ignored"
      ]
    }
    if model.beginsWithScaling {
      guard scale.isNeeded, scale.value == nil, configuration?.training.scale != 1 else { return [] }
      return ["pixels are not scaled: the model starts with a layer that rescales them (--scale changes this)"]
    }
    guard scale.isNeeded, scale.value == nil, configuration == nil else { return [] }
    return ["pixels of byte images are divided by 255 (assumed; --scale changes this)"]
  }

  /// The configuration and sample shape for a weights-only file; the shape is that of the data.
  private func background(_ file: KerasModelFile) throws -> KerasModelFile.Background? {
    guard !file.hasModel, let configuration else { return nil }
    guard let source = configuration.source else {
      throw ConfigurationError(.missingKey(key: "dataset"), path: "data")
    }
    let placed = try data.map { try source.required(inDirectory: $0) } ?? source
    return KerasModelFile.Background(training: configuration.training, inputShape: try placed.shape(context))
  }
}
