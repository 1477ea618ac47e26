import Configuration
import DurableFiles
import NeuralNetwork
import Training

/// A model that Keras saved, with its weights and, where the file has it, its optimizer's state.
public struct KerasModelFile: Sendable {
  public let path: String
  private let contents: KerasContents

  /// What is known besides the file: of a model whose file holds weights alone, and of a training it says nothing of.
  public struct Background: Sendable {
    public var training: TrainingConfiguration
    public var inputShape: Shape

    public init(training: TrainingConfiguration, inputShape: Shape) {
      self.training = training
      self.inputShape = inputShape
    }
  }

  /// What was understood, and what a person should know about it.
  public struct Import: Sendable {
    public var model: TrainedModel
    public var notes: [String]
  }

  /// Reads a `.keras` archive, a whole-model `.h5` or a `.weights.h5`, whichever it is by its bytes.
  ///
  /// The file is not trusted: whatever its bytes are, it is read or refused.
  ///
  /// - Throws: `FileError`, `ModelFileError`, `ZipError` or `HDF5Error`.
  public init(path: String) throws {
    try self.init(WholeFile.read(path), path: path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter path: what messages call it.
  package init(_ bytes: [UInt8], path: String) throws {
    self.init(path: path, contents: try KerasContents(bytes, path: path))
  }

  /// A model without its weights, as JSON.
  package init(path: String, model: String, training: String?) {
    self.init(path: path, contents: KerasContents(arrangement: .byClass, model: model, training: training))
  }

  init(path: String, contents: KerasContents) {
    self.path = path
    self.contents = contents
  }

  /// Whether the file says what the model is.
  public var hasModel: Bool { contents.model != nil }

  /// How much of the training has to be understood.
  public enum Purpose: Sendable {
    /// Predictions: none of it.
    case predicting
    /// The loss and the metrics.
    case evaluating
    /// The optimizer too, with its state.
    case training
    /// The loss and the metrics; a fresh optimizer.
    case trainingAnew
  }

  /// - Parameters:
  ///   - purpose: what is not needed for it is not looked at.
  ///   - background: counts where the file says nothing.
  /// - Throws: `ModelFileError` or `ConfigurationError` for what is not computed here, `ModelError` for layers that do
  ///   not fit together.
  public func model(for purpose: Purpose, background: Background? = nil) throws -> Import {
    do {
      return try understood(for: purpose, background: background)
    } catch var error as ConfigurationError {
      error.file = path
      throw error
    }
  }

  private func understood(for purpose: Purpose, background: Background?) throws -> Import {
    let described = try contents.model.map { try KerasModel($0, file: path) }
    guard let sequential = described?.model ?? background?.training.model,
      let inputShape = described?.inputShape ?? background?.inputShape
    else {
      throw ModelFileError(
        file: path, .missing("model, only weights. Name the run's configuration by --config, which has the model"))
    }
    let training = background?.training ?? TrainingConfiguration(model: sequential)
    var model = TrainedModel(
      model: sequential, inputShape: inputShape, weights: [], optimizer: training.optimizer, loss: training.loss,
      metrics: training.metrics, optimizerState: nil, scale: described?.divisor ?? contents.scale,
      scalesPixels: described?.divisor != nil)
    let weights = KerasWeights(
      network: try model.network(), layerNames: described?.layerNames ?? sequential.layerNames, contents: contents,
      file: path)
    model.weights = try weights.weights()
    var notes = described?.notes ?? []
    if let training = try KerasTraining(contents, file: path) {
      try complete(&model, with: training, for: purpose, notes: &notes)
    } else if background == nil, purpose != .predicting {
      notes.append("the model is not compiled: \(type(of: model.loss).name) and Adam are assumed")
    }
    if purpose == .training { model.optimizerState = try weights.optimizerState(model.optimizer) }
    return Import(model: model, notes: notes)
  }

  private func complete(
    _ model: inout TrainedModel, with training: KerasTraining, for purpose: Purpose, notes: inout [String]
  ) throws {
    guard purpose != .predicting else {
      // Only to know whether the outputs are logits: a loss that is not known says nothing of that.
      if let loss = try? training.loss() { model.loss = loss }
      return
    }
    model.loss = try training.loss()
    let metrics = training.metrics()
    model.metrics = metrics.known
    notes += metrics.others.map { "the metric \($0) is not known here, and not measured" }
    if purpose == .training { model.optimizer = try training.optimizer() }
  }
}
