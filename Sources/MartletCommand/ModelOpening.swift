import Martlet

/// Opens checkpoints and files of Keras', whichever it is by its bytes.
struct ModelOpening {
  /// The run of a file that holds weights alone, and the directory of its data.
  let configuration: RunConfiguration?
  var data: String?
  /// What pixels are divided by, where a file of another program does not say it; and whether it has to be known.
  var scale: (value: Float?, isNeeded: Bool) = (nil, true)
  /// The model of such a file, as Keras' JSON.
  var architecture: String?
  let purpose: KerasModelFile.Purpose
  /// Whether the configuration's optimizer, loss and metrics count in place of the file's.
  var replacesTraining = false
  let context: DatasetContext

  /// - Throws: what the file's reader throws.
  func open(_ path: String) throws -> SavedRun {
    do {
      let saved = try SavedRun(path: path)
      try checkScale(saidBy: path, saved.configuration.training.scale)
      return saved
    } catch CheckpointError.foreign {
      return try openForeign(path)
    }
  }

  /// Opens a file that is no checkpoint, as a run that begins with its model.
  func openForeign(_ path: String) throws -> SavedRun {
    let file = try KerasModelFile(path: path, architecture: architecture)
    let imported = try file.model(
      for: purpose, background: try background(file), training: replacesTraining ? configuration?.training : nil)
    var (model, notes) = (imported.model, imported.notes)
    try checkScale(saidBy: path, file.statedScale)
    notes += scaleNotes(file.statedScale, model.model)
    // A model that begins with a Rescaling takes pixels as they are, unless it is told otherwise.
    model.scale = file.statedScale ?? scale.value ?? model.scale ?? configuration?.training.scale
    for note in notes { Console.error.write("martlet: note: \(path): \(note).\n") }
    return try SavedRun(importing: model, origin: path, background: configuration)
  }

  // MARK: - The scale of the pixels

  /// - Parameter said: the scale that the file names, if it does.
  /// - Throws: `WrongUse` if another one is asked for.
  private func checkScale(saidBy path: String, _ said: Float?) throws {
    guard let said, let asked = scale.value, said != asked else { return }
    throw WrongUse(
      "--scale \(PixelScale.text(asked)): \(path) says itself that pixels are divided by \(PixelScale.text(said)). Leave out --scale."
    )
  }

  /// What has to be said of a scale that nobody named, or that two places name.
  private func scaleNotes(_ said: Float?, _ model: Model) -> [String] {
    if let said {
      guard let other = configuration?.training.scale, other != said else { return [] }
      return [
        "pixels are divided by \(PixelScale.text(said)), as the file says; data.scale (\(PixelScale.text(other))) of the configuration does not count"
      ]
    }
    if model.beginsWithScaling {
      guard scale.isNeeded, scale.value == nil, configuration?.training.scale != 1 else { return [] }
      return ["pixels come as they are: the model begins with a Rescaling (--scale changes it)"]
    }
    guard scale.isNeeded, scale.value == nil, configuration == nil else { return [] }
    return ["pixels of byte images are divided by 255 (assumed; --scale changes it)"]
  }

  /// The run behind weights that come without their model. The shape of its samples is that of the data.
  private func background(_ file: KerasModelFile) throws -> KerasModelFile.Background? {
    guard !file.hasModel, let configuration else { return nil }
    guard let source = configuration.source else {
      throw ConfigurationError(.missingKey(key: "dataset"), path: "data")
    }
    let placed = try data.map { try source.required(inDirectory: $0) } ?? source
    return KerasModelFile.Background(training: configuration.training, inputShape: try placed.shape(context))
  }
}
