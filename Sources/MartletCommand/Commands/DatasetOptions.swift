import ArgumentParser
import Martlet

/// Options for the data set, and for what a model file does not contain.
struct DatasetOptions: ParsableArguments {
  @Option(help: "Directory of the data set's files.", completion: .directory)
  var data: String?

  @Option(
    help: """
      Data set, as listed by 'martlet data list', or the path of data (a file of arrays, or a directory), instead of what \
      the file names.
      """)
  var dataset: String?

  @Option(help: "Run configuration (YAML): its data set, and the model for a weights-only file.", completion: .file())
  var config: String?

  @Option(
    help:
      "Divisor of the pixels (0 to 255), if a Keras file does not state it (default: 255 for byte images)."
  )
  var scale: Float?

  @Option(help: "Model for a weights-only file, as Keras' JSON (model.to_json()).", completion: .file())
  var architecture: String?

  /// - Parameter layers: those that the configuration names.
  /// - Throws: `ConfigurationError`.
  func configuration(naming layers: NamedLayers = .own) throws -> RunConfiguration? {
    try config.map { try RunConfiguration(contentsOf: $0, naming: layers) }
  }

  /// - Parameters:
  ///   - needsScale: whether a default scale is assumed if none is given.
  ///   - replacesTraining: whether the configuration's compile section overrides the file's.
  ///   - layers: those that the configuration names.
  func opening(
    for purpose: KerasModelFile.Purpose, needsScale: Bool = true, replacesTraining: Bool = false,
    naming layers: NamedLayers = .own
  ) throws -> ModelLoader {
    if let scale, !(scale.isFinite && scale > 0) {
      throw UsageError("--scale must be a positive number. Received: \(scale)")
    }
    return ModelLoader(
      configuration: try configuration(naming: layers), data: data, scale: (scale, needsScale),
      architecture: architecture,
      purpose: purpose,
      replacesTraining: replacesTraining,
      context: CommandEnvironment.dataset(isSilent: false))
  }

  /// The data set: the one given by an option, or the saved run's; nil if neither names one.
  ///
  /// - Parameter layers: those that the configuration names.
  /// - Throws: `UsageError` or `ConfigurationError` if the name is unknown, or the data set has no files.
  func source(of saved: Checkpoint, naming layers: NamedLayers = .own) throws -> (any DatasetSource)? {
    try Self.source(
      dataset.map(DataArgument.source) ?? configuration(naming: layers)?.source ?? saved.configuration.source,
      isOther: dataset != nil, directory: data, of: saved)
  }

  /// A source as a saved run uses it.
  ///
  /// - Parameters:
  ///   - isOther: whether the run was not trained on it.
  ///   - directory: that of its files; nil for that of the source.
  /// - Throws: `UsageError` if the data set has no files.
  static func source(
    _ source: (any DatasetSource)?, isOther: Bool, directory: String?, of saved: Checkpoint
  ) throws -> (any DatasetSource)? {
    var source = source
    // Other pictures are prepared as those of the training.
    if isOther, var folder = source as? ImageFolderSource, let pictures = saved.configuration.training.pictures {
      folder.preparation = pictures
      source = folder
    }
    guard let directory else { return source }
    return try source?.required(inDirectory: directory)
  }
}
