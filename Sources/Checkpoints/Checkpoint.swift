import DurableFiles
import HDF5Writing
import KerasFormat
import NeuralNetwork
import RunConfiguration
import Training

/// A run at one of its steps: what a checkpoint file holds, and everything the run needs to resume.
public struct Checkpoint: Sendable {
  /// The path of the file that it was read from.
  public let path: String
  /// What the checkpoints of the run have in common.
  package var run: RunRecord
  /// The run state and all variables.
  package var snapshot: Snapshot
  /// Whether the configuration's scale is that of the model: false for a file of another program that does not state
  /// it.
  public internal(set) var isScaleKnown = true
  /// Whether optimizer, loss and metrics are those that the model was trained with, and not defaults.
  public internal(set) var isCompiled = true

  package init(path: String = "", of run: RunRecord, snapshot: Snapshot) {
    self.path = path
    self.run = run
    self.snapshot = snapshot
  }

  /// Reads and verifies a checkpoint, and checks its contents against the model of its configuration.
  ///
  /// - Parameter path: of a checkpoint; for a missing link see `file(at:)`.
  /// - Throws: `FileError`; `CheckpointError` or `HDF5Error` if the file is corrupt, inconsistent, or not a checkpoint.
  public init(path: String) throws {
    self = try CheckpointStore.read(Self.file(at: path))
  }

  /// The run's configuration.
  public var configuration: RunConfiguration {
    get { run.configuration }
    set { run.configuration = newValue }
  }

  /// The number of the model's parameters.
  package var parameterCount: Int { snapshot.parameters.reduce(0) { $0 + $1.shape.count } }

  /// The model in the form that exporters expect.
  public var model: TrainedModel {
    var model = TrainedModel(configuration.training, inputShape: run.inputShape, snapshot: snapshot)
    if !isScaleKnown { model.scale = nil }
    model.isCompiled = isCompiled
    if !isCompiled { model.optimizerState = nil }
    return model
  }

  /// The contents of the file.
  ///
  /// - Throws: `CheckpointError.nonfinite` if no run could resume from it; `HDF5WritingError`, `ConfigurationError`.
  package func image(plan: ModelPlan) throws -> HDF5Image {
    if let bad = snapshot.nonfiniteVariable {
      throw CheckpointError.nonfinite(step: snapshot.state.step, variable: bad)
    }
    let path = CheckpointStore.name(step: snapshot.state.step)
    return try CheckpointWriter.image(of: self, plan: plan, path: path)
  }

  /// Writes a file of any name, whole or not at all.
  ///
  /// - Parameter plan: that of the configuration's model.
  /// - Throws: `FileError`, `HDF5WritingError` or `ConfigurationError`; an existing file is unchanged then.
  package func write(to path: String, plan: ModelPlan) throws {
    try CheckpointWriter.image(of: self, plan: plan, path: path).withBytes { try AtomicFile.write($0, to: path) }
  }
}

extension Snapshot {
  /// The path of a variable with a value that is NaN or infinite; nil if there is none.
  fileprivate var nonfiniteVariable: String? {
    let variables = [parameters[...]] + slots.map { $0[...] }
    return variables.joined().first { !$0.values.allSatisfy(\.isFinite) }?.path
  }
}

extension Checkpoint: Equatable {
  /// Whether two checkpoints have the same contents, wherever they are.
  public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
    left.run == right.run && left.snapshot == right.snapshot
  }
}
