import Martlet

/// Opens checkpoints and files of Keras', whichever it is by its bytes.
struct ModelOpening {
  /// The run of a file that holds weights alone, and the directory of its data.
  let configuration: RunConfiguration?
  var data: String?
  let purpose: KerasModelFile.Purpose
  let context: DatasetContext

  /// - Throws: what the file's reader throws.
  func open(_ path: String) throws -> SavedRun {
    do {
      return try SavedRun(path: path)
    } catch CheckpointError.foreign {
      return try openForeign(path)
    }
  }

  /// Opens a file that is no checkpoint, as a run that begins with its model.
  func openForeign(_ path: String) throws -> SavedRun {
    let file = try KerasModelFile(path: path)
    let imported = try file.model(for: purpose, background: try background(file))
    for note in imported.notes { Console.error.write("martlet: note: \(path): \(note).\n") }
    return try SavedRun(importing: imported.model, origin: path, background: configuration)
  }

  /// The run behind weights that come without their model. The shape of its samples is that of the data.
  private func background(_ file: KerasModelFile) throws -> KerasModelFile.Background? {
    guard !file.hasModel, let configuration else { return nil }
    guard let source = configuration.source else {
      throw ConfigurationError(.missingKey(key: "dataset"), path: "data")
    }
    let placed = try data.map { try source.required(inDirectory: $0) } ?? source
    let shape = try placed.load(context).train.shape
    return KerasModelFile.Background(
      training: configuration.training, inputShape: [shape.height, shape.width, shape.channels])
  }
}
