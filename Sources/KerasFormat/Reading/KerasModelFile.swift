import Configuration
import DurableFiles
import NeuralNetwork
import Training

/// A model saved by Keras, with its weights and, if present, its optimizer state.
public struct KerasModelFile: Sendable {
  /// The path of the file.
  public let path: String
  private(set) var contents: KerasContents

  /// Defaults for what the file lacks: the model of a weights-only file, and the training configuration.
  public struct Background: Sendable {
    /// The model and the training configuration.
    public var training: TrainingConfiguration
    /// The shape of a sample.
    public var inputShape: Shape

    /// Creates defaults for the model, its training and its sample shape.
    public init(training: TrainingConfiguration, inputShape: Shape) {
      self.training = training
      self.inputShape = inputShape
    }
  }

  /// An imported model, with notes for the user.
  public struct Import: Sendable {
    /// The model.
    public var model: TrainedModel
    /// What was assumed or left out, one sentence each.
    public var notes: [String]
  }

  /// Reads a `.keras` archive, a whole-model `.h5`, a `.weights.h5` or a model's JSON, recognized by its contents.
  ///
  /// The file is untrusted: any sequence of bytes is either read or refused.
  ///
  /// - Parameter architecture: the path of the model as JSON (`model.to_json()`), for a weights-only file.
  /// - Throws: `FileError`, `ModelFileError`, `ZipError` or `HDF5Error`.
  public init(path: String, architecture: String? = nil) throws {
    if let format = Self.formatOfSeveralFiles(path) { throw ModelFileError(file: path, .unknownFormat(format)) }
    try self.init(AtomicFile.read(path), path: path)
    guard let architecture else { return }
    let described = try KerasContents(AtomicFile.read(architecture), path: architecture)
    guard let model = described.model else { throw ModelFileError(file: architecture, .missing("model")) }
    guard contents.model == nil else { throw ModelFileError(file: path, .ownArchitecture(other: architecture)) }
    contents.model = model
  }

  /// A model saved as a directory, or in several files whose names start with `path`.
  private static func formatOfSeveralFiles(_ path: String) -> ForeignFormat? {
    if AtomicFile.exists("\(path)/saved_model.pb") { return .savedModel }
    return !AtomicFile.exists(path) && AtomicFile.exists("\(path).index") ? .tensorFlowCheckpoint : nil
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameter path: the path used in error messages.
  package init(_ bytes: [UInt8], path: String) throws {
    self.init(path: path, contents: try KerasContents(bytes, path: path))
  }

  /// A model's JSON without weights.
  package init(path: String, model: String, training: String?) {
    self.init(path: path, contents: KerasContents(arrangement: .byClass, model: model, training: training))
  }

  init(path: String, contents: KerasContents) {
    self.path = path
    self.contents = contents
  }

  /// The divisor of the pixels before they are passed to the model, as stated in the file's metadata; nil if it is not.
  public var statedScale: Float? { contents.metadata.scale }

  /// The total divisor of the pixels, from the file's metadata and a first rescaling layer; nil if neither is present.
  public var scale: Float? {
    let model = contents.model.flatMap { try? KerasModel($0, purpose: .predicting, file: path) }
    let own = contents.metadata.scale ?? (model?.model.beginsWithScaling == true ? 1 : nil)
    return own.map { $0 * (model?.model.pixelDivisor ?? 1) }
  }

  /// Whether the file describes the model.
  public var hasModel: Bool { contents.model != nil }

  /// The purpose of reading a model: how much of its training configuration must be supported.
  public enum Purpose: Sendable {
    /// Prediction: none of it.
    case predicting
    /// Evaluation: the loss and the metrics, as far as supported.
    case evaluating
    /// Export: everything that is supported; the rest is left out.
    case exporting
    /// Exact resumption: all of it, with the optimizer state.
    case training
    /// Training with a fresh optimizer: the weights, the loss and the metrics.
    case trainingAnew

    /// Whether layers that are active only in training are required.
    var isTraining: Bool { self == .training || self == .trainingAnew }
  }

  /// - Parameters:
  ///   - purpose: parts that it does not need are ignored, or left out with a note.
  ///   - background: used for what the file lacks.
  ///   - training: overrides the file's optimizer, loss and metrics; the optimizer state is the file's.
  /// - Throws: `ModelFileError` for unsupported parts; `ModelError` if the layers of `background` do not fit together.
  public func model(
    for purpose: Purpose, background: Background? = nil, training: TrainingConfiguration? = nil
  ) throws -> Import {
    do {
      return try understood(for: purpose, background: background, training: training)
    } catch let error as ConfigurationError {
      // Reported as a fault of the file, not as a usage error.
      throw ModelFileError(file: path, .unusable(reason: error.descriptionWithoutAdvice))
    }
  }

  /// The weights, assigned to the layers of `plan` in order, whatever model the file describes.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if they do not match the model.
  public func weights(for plan: ModelPlan) throws -> [Snapshot.Variable] {
    let (described, contents) = (try? described(for: .predicting)) ?? (nil, contents)
    guard let described, let own = try? described.plan(), own.variables.map(\.shape) == plan.variables.map(\.shape)
    else {
      // Layers that are active only in training may have variables too, such as generator state.
      return try KerasWeights(
        plan: plan, weightlessNames: described?.weightlessNames ?? [], contents: contents, file: path
      ).weights()
    }
    let weights = try KerasWeights(plan: own, described: described, contents: contents, file: path).weights()
    return zip(weights, plan.variables).map { weight, variable in
      Snapshot.Variable(path: variable.path, shape: weight.shape, values: weight.values)
    }
  }

  /// The model that the file describes, if it does, and the contents without what is an option of a layer.
  func described(for purpose: Purpose) throws -> (model: KerasModel?, contents: KerasContents) {
    guard let text = contents.model else { return (nil, contents) }
    let model = try KerasModel(text, purpose: purpose, file: path)
    guard model.hasPendingNormalizations else { return (model, contents) }
    let adapted = try KerasNormalizations(of: model, in: contents, file: path)
    return (adapted.model, adapted.contents)
  }

  private func understood(
    for purpose: Purpose, background: Background?, training: TrainingConfiguration?
  ) throws -> Import {
    let (described, contents) = try described(for: purpose)
    try described?.checkFunctions(ofVersion: contents.origin.version)
    guard !contents.isArchitectureAlone else { throw ModelFileError(file: path, .architectureAlone) }
    guard let sequential = described?.model ?? background?.training.model,
      let inputShape = described?.inputShape ?? background?.inputShape
    else {
      throw ModelFileError(file: path, .weightsAlone)
    }
    let own = training ?? background?.training ?? TrainingConfiguration(model: sequential)
    var model = TrainedModel(
      model: sequential, inputShape: inputShape, weights: [], optimizer: own.optimizer, loss: own.loss,
      metrics: own.metrics, optimizerState: nil,
      scale: contents.metadata.scale ?? (described?.model.beginsWithScaling == true ? 1 : nil))
    model.learningRateSchedule = own.learningRateSchedule
    model.classNames = contents.metadata.classNames
    model.pictures = contents.metadata.pictures
    let weights = KerasWeights(
      plan: try described?.plan() ?? model.plan(), described: described, contents: contents, file: path)
    model.weights = try weights.weights()
    var notes = (described?.notes ?? []) + weights.notes
    let compiled = try KerasTraining(contents, file: path)
    if let training {
      try complete(&model, with: compiled, replacedBy: training, weights: weights, for: purpose)
    } else if let compiled {
      try complete(&model, with: compiled, weights: weights, for: purpose, notes: &notes)
    } else {
      if background == nil { assume(&model, for: purpose, notes: &notes) }
      if purpose == .training { model.optimizerState = try weights.optimizerState(model.optimizer) }
      if purpose == .exporting, model.isCompiled { takeState(of: &model, from: weights, notes: &notes) }
    }
    return Import(model: model, notes: notes)
  }

  // MARK: - Training

  /// Applies the file's training configuration, as far as `purpose` needs it.
  private func complete(
    _ model: inout TrainedModel, with training: KerasTraining, weights: KerasWeights, for purpose: Purpose,
    notes: inout [String]
  ) throws {
    switch purpose {
    case .predicting:
      // Only needed for whether the outputs are logits, which an unsupported loss does not tell.
      if let loss = try? training.loss() { model.loss = loss }
      return
    case .training:
      model.loss = try training.loss() ?? assumed(model.loss, "loss", type(of: model.loss).name, &notes)
      model.optimizer =
        try training.optimizer()
        ?? assumed(model.optimizer, "optimizer", type(of: model.optimizer).className, &notes)
      model.learningRateSchedule = try training.schedule()
      model.optimizerState = try weights.optimizerState(model.optimizer)
    case .exporting:
      do {
        guard let loss = try training.loss(), let optimizer = try training.optimizer() else {
          model.isCompiled = false
          return
        }
        (model.loss, model.optimizer) = (loss, optimizer)
        model.learningRateSchedule = try training.schedule()
      } catch {
        model.isCompiled = false
        notes.append("loss, metrics and optimizer are left out: \(Self.reason(error))")
        return
      }
      takeState(of: &model, from: weights, notes: &notes)
    case .evaluating, .trainingAnew:
      do {
        model.loss = try training.loss() ?? assumed(model.loss, "loss", type(of: model.loss).name, &notes)
      } catch {
        notes.append("\(Self.reason(error)). Instead, \(type(of: model.loss).name) is \(Self.use(of: purpose))")
      }
    }
    let metrics = training.metrics()
    model.metrics = metrics.known
    guard !metrics.others.isEmpty else { return }
    let (list, isOne) = (metrics.others.joined(separator: ", "), metrics.others.count == 1)
    notes.append("the metric\(isOne ? "" : "s") \(list) \(isOne ? "is" : "are") not supported, and not measured")
  }

  /// Applies the optimizer state for training with another configuration's optimizer, loss and metrics.
  ///
  /// - Throws: `ModelFileError` if the state is of another optimizer.
  private func complete(
    _ model: inout TrainedModel, with compiled: KerasTraining?, replacedBy training: TrainingConfiguration,
    weights: KerasWeights, for purpose: Purpose
  ) throws {
    guard purpose == .training else { return }
    let own = type(of: training.optimizer).className
    if let saved = compiled?.optimizerClass, saved != own, weights.hasOptimizerState {
      throw ModelFileError(
        file: path,
        .weights(
          reason: "the optimizer state is of \(saved), the configuration has \(own). "
            + ModelFileError.Problem.weightsCanBeImported))
    }
    model.optimizerState = try weights.optimizerState(training.optimizer)
    model.optimizerState?.learningRate = training.optimizer.learningRate
  }

  /// Applies the optimizer state if it is of the model's optimizer.
  private func takeState(of model: inout TrainedModel, from weights: KerasWeights, notes: inout [String]) {
    do {
      model.optimizerState = try weights.optimizerState(model.optimizer)
    } catch {
      notes.append("the optimizer state is left out: \(Self.reason(error))")
    }
  }

  /// Notes the default for something that the file does not name.
  private func assumed<Part>(_ part: Part, _ kind: String, _ name: String, _ notes: inout [String]) -> Part {
    notes.append("the file names no \(kind): \(name) is assumed")
    return part
  }

  /// Notes the defaults for an uncompiled model.
  private func assume(_ model: inout TrainedModel, for purpose: Purpose, notes: inout [String]) {
    switch purpose {
    case .predicting: return
    case .exporting: model.isCompiled = false
    case .evaluating, .training, .trainingAnew:
      notes.append("the model is not compiled: \(type(of: model.loss).name) and Adam are assumed")
    }
  }

  private static func use(of purpose: Purpose) -> String { purpose == .evaluating ? "measured" : "minimized" }

  /// The reason of an error without the file name, with which notes start, and without advice on training.
  private static func reason(_ error: any Error) -> String {
    let text: String
    switch error {
    case let error as ModelFileError: text = error.problem.descriptionWithoutAdvice
    case let error as ConfigurationError: text = error.descriptionWithoutAdvice
    default: text = "\(error)"
    }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
