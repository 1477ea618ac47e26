import Martlet

/// What to do about an error on the command line: the errors of the library name no options of the command.
enum CommandAdvice {
  /// The message of an error, followed by the advice if there is some.
  static func message(_ error: any Error) -> String { "\(error)\(text(error).map { " \($0)" } ?? "")" }

  private static func text(_ error: any Error) -> String? {
    switch error {
    case CheckpointError.none: "Start without --resume, or name a checkpoint."
    case CheckpointError.occupied:
      "Continue it with --resume, replace it with --overwrite, or choose another directory with --output."
    case CheckpointError.notSaved: "--resume continues from the newest of them."
    case is ResumeMismatch: "That needs --overwrite or another --output."
    case TrainingError.noPictures: "Name them with --dataset, or in a configuration with --config."
    case TrainingError.tooFewThreads: "--workers 1 starts no threads."
    case DatasetError.unavailable: "--data DIR names it."
    case let error as ModelFileError: text(error.problem)
    default: nil
    }
  }

  private static func text(_ problem: ModelFileError.Problem) -> String? {
    switch problem {
    case .architectureAlone: "Name the file of the weights, and this one with --architecture."
    case .ownArchitecture: "Leave out --architecture."
    case .weightsAlone: "Name the run's configuration with --config, which has the model."
    case .trainingLayer:
      "To train a model without it, start from these weights: martlet train RUN.yml --initial-weights FILE."
    case .scalingNotExpressible(_, isScaleKnown: false): "Set it with --scale."
    case .unsupportedName(kind: "loss", _, _, _) where problem.concernsTrainingAlone:
      "Add --fresh-optimizer, or name the run's configuration with --config: its loss is used."
    default: problem.concernsTrainingAlone ? "Add --fresh-optimizer." : nil
    }
  }
}
