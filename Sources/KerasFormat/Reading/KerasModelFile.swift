import Configuration
import DurableFiles
import NeuralNetwork
import Training

/// A model that Keras saved, with its weights and, where the file has it, its optimizer's state.
public struct KerasModelFile: Sendable {
  public let path: String
  private(set) var contents: KerasContents

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

  /// Reads a `.keras` archive, a whole-model `.h5`, a `.weights.h5` or a model's JSON, whichever it is by its bytes.
  ///
  /// The file is not trusted: whatever its bytes are, it is read or refused.
  ///
  /// - Parameter architecture: a file with the model as JSON (`model.to_json()`), for weights that come without it.
  /// - Throws: `FileError`, `ModelFileError`, `ZipError` or `HDF5Error`.
  public init(path: String, architecture: String? = nil) throws {
    if let format = Self.formatOfSeveralFiles(path) { throw ModelFileError(file: path, .unknownFormat(format)) }
    try self.init(WholeFile.read(path), path: path)
    guard let architecture else { return }
    let described = try KerasContents(WholeFile.read(architecture), path: architecture)
    guard let model = described.model else { throw ModelFileError(file: architecture, .missing("model")) }
    guard contents.model == nil else { throw ModelFileError(file: path, .ownArchitecture(other: architecture)) }
    contents.model = model
  }

  /// What is saved as a directory, or under several names that begin with `path`.
  private static func formatOfSeveralFiles(_ path: String) -> ForeignFormat? {
    if WholeFile.exists("\(path)/saved_model.pb") { return .savedModel }
    return !WholeFile.exists(path) && WholeFile.exists("\(path).index") ? .tensorFlowCheckpoint : nil
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

  /// What the file says in so many words that pixels are divided by before they come to the model.
  public var statedScale: Float? { contents.scale }

  /// What the file says that pixels are divided by in all, in its metadata and in a layer; nil if it does not say.
  public var scale: Float? {
    let model = contents.model.flatMap { try? KerasModel($0, purpose: .predicting, file: path) }
    let own = contents.scale ?? (model?.model.beginsWithScaling == true ? 1 : nil)
    return own.map { $0 * (model?.model.pixelDivisor ?? 1) }
  }

  /// Whether the file says what the model is.
  public var hasModel: Bool { contents.model != nil }

  /// What a model is read for: how much of its training has to be understood.
  public enum Purpose: Sendable {
    /// Predictions: none of it.
    case predicting
    /// The loss and the metrics, as far as they are known.
    case evaluating
    /// All that is known of it; the rest is left out.
    case exporting
    /// All of it, with the optimizer's state: training goes on exactly.
    case training
    /// The weights, the loss and the metrics; a fresh optimizer.
    case trainingAnew

    /// Whether layers that act only in training count.
    var isTraining: Bool { self == .training || self == .trainingAnew }
  }

  /// - Parameters:
  ///   - purpose: what is not needed for it is not looked at, or left out with a note.
  ///   - background: counts where the file says nothing.
  ///   - training: whose optimizer, loss and metrics count in place of the file's, which gives the optimizer's state.
  /// - Throws: `ModelFileError` for what is not computed here; `ModelError` if the layers of `background` do not fit
  ///   together.
  public func model(
    for purpose: Purpose, background: Background? = nil, training: TrainingConfiguration? = nil
  ) throws -> Import {
    do {
      return try understood(for: purpose, background: background, training: training)
    } catch let error as ConfigurationError {
      // The file is at fault: what it says has been typed by no user.
      throw ModelFileError(file: path, .unusable(reason: error.descriptionWithoutAdvice))
    }
  }

  /// The weights alone, for the layers of a model in their order, whatever model the file describes.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if there are others than the model has.
  public func weights(for plan: ModelPlan) throws -> [Snapshot.Variable] {
    let described = contents.model.flatMap { try? KerasModel($0, purpose: .predicting, file: path) }
    guard let described, let own = try? described.plan(), own.variables.map(\.shape) == plan.variables.map(\.shape)
    else {
      // Layers that act only in training may have variables, too: the state of a generator.
      return try KerasWeights(
        plan: plan, weightlessNames: described?.weightlessNames ?? [], contents: contents, file: path
      ).weights()
    }
    let weights = try KerasWeights(plan: own, described: described, contents: contents, file: path).weights()
    return zip(weights, plan.variables).map { weight, variable in
      Snapshot.Variable(path: variable.path, shape: weight.shape, values: weight.values)
    }
  }

  private func understood(
    for purpose: Purpose, background: Background?, training: TrainingConfiguration?
  ) throws -> Import {
    let described = try contents.model.map { try KerasModel($0, purpose: purpose, file: path) }
    guard !contents.isArchitectureAlone else { throw ModelFileError(file: path, .architectureAlone) }
    guard let sequential = described?.model ?? background?.training.model,
      let inputShape = described?.inputShape ?? background?.inputShape
    else {
      throw ModelFileError(
        file: path, .missing("model, only weights. Name the run's configuration by --config, which has the model"))
    }
    let own = training ?? background?.training ?? TrainingConfiguration(model: sequential)
    var model = TrainedModel(
      model: sequential, inputShape: inputShape, weights: [], optimizer: own.optimizer, loss: own.loss,
      metrics: own.metrics, optimizerState: nil,
      scale: contents.scale ?? (described?.model.beginsWithScaling == true ? 1 : nil))
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

  /// Takes over what the file says of its training, as far as `purpose` needs it.
  private func complete(
    _ model: inout TrainedModel, with training: KerasTraining, weights: KerasWeights, for purpose: Purpose,
    notes: inout [String]
  ) throws {
    switch purpose {
    case .predicting:
      // Only to know whether the outputs are logits: a loss that is not known says nothing of that.
      if let loss = try? training.loss() { model.loss = loss }
      return
    case .training:
      model.loss = try training.loss() ?? assumed(model.loss, "loss", type(of: model.loss).name, &notes)
      model.optimizer =
        try training.optimizer()
        ?? assumed(model.optimizer, "optimizer", type(of: model.optimizer).className, &notes)
      model.optimizerState = try weights.optimizerState(model.optimizer)
    case .exporting:
      do {
        guard let loss = try training.loss(), let optimizer = try training.optimizer() else {
          model.isCompiled = false
          return
        }
        (model.loss, model.optimizer) = (loss, optimizer)
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
        notes.append("\(Self.reason(error)). In its place \(type(of: model.loss).name) is \(Self.use(of: purpose))")
      }
    }
    let metrics = training.metrics()
    model.metrics = metrics.known
    guard !metrics.others.isEmpty else { return }
    let (list, isOne) = (metrics.others.joined(separator: ", "), metrics.others.count == 1)
    notes.append("the metric\(isOne ? "" : "s") \(list) \(isOne ? "is" : "are") not known here, and not measured")
  }

  /// Takes over the optimizer's state for a training whose optimizer, loss and metrics are another configuration's.
  ///
  /// - Throws: `ModelFileError` if the state is another optimizer's.
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
          reason: "the optimizer's state is of \(saved), the configuration has \(own). "
            + KerasNeutralOptions.freshOptimizer))
    }
    model.optimizerState = try weights.optimizerState(training.optimizer)
    model.optimizerState?.learningRate = training.optimizer.learningRate
  }

  /// Takes over the optimizer's state, if it is one of the model's optimizer.
  private func takeState(of model: inout TrainedModel, from weights: KerasWeights, notes: inout [String]) {
    do {
      model.optimizerState = try weights.optimizerState(model.optimizer)
    } catch {
      notes.append("the optimizer's state is left out: \(Self.reason(error))")
    }
  }

  /// What stands for something that the file does not name.
  private func assumed<Part>(_ part: Part, _ kind: String, _ name: String, _ notes: inout [String]) -> Part {
    notes.append("the file names no \(kind): \(name) is assumed")
    return part
  }

  /// What is assumed of a model that is not compiled.
  private func assume(_ model: inout TrainedModel, for purpose: Purpose, notes: inout [String]) {
    switch purpose {
    case .predicting: return
    case .exporting: model.isCompiled = false
    case .evaluating, .training, .trainingAnew:
      notes.append("the model is not compiled: \(type(of: model.loss).name) and Adam are assumed")
    }
  }

  private static func use(of purpose: Purpose) -> String { purpose == .evaluating ? "measured" : "minimized" }

  /// The reason of an error without the file, which notes begin with, and without advice on how to train all the same.
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
