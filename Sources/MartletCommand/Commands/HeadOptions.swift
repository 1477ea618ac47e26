import ArgumentParser
import Martlet

/// The options of `import` that change the end of a model.
struct HeadOptions: ParsableArguments {
  @Option(help: "Keep the layers up to this one, with their weights.")
  var until: String?

  @Option(help: "Leave out the last N layers.")
  var dropLast: Int?

  @Option(
    help: """
      New last layers, with random weights: a YAML file with their list, or a configuration with the key model (default: \
      that of --config, with --until or --drop-last).
      """, completion: .file())
  var head: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: "Freeze the layers whose names match this pattern: * is any characters, ? one. May be repeated.")
  var freeze: [String] = []

  /// Whether the model is kept as it is.
  var isEmpty: Bool { until == nil && dropLast == nil && head == nil && freeze.isEmpty }

  /// The option after which the layers of a configuration are the new end of the model; nil if they are not.
  var optionForConfiguration: String? {
    head == nil ? until.map { "--until \($0)" } ?? dropLast.map { "--drop-last \($0)" } : nil
  }

  /// The new end of the model; nil if there is none.
  ///
  /// - Throws: `UsageError` or `ConfigurationError`.
  func head(configuration: RunConfiguration?, freshOptimizer: Bool) throws -> NewHead? {
    guard until == nil || dropLast == nil else {
      throw UsageError("--until and --drop-last contradict each other: both say where the kept layers end.")
    }
    let layers =
      try head.map { try Model(layersOf: $0) }
      ?? (until ?? dropLast.map { "\($0)" }).flatMap { _ in
        configuration?.training.model
      }
    let end: NewHead.End =
      if let until { .layer(until) } else if let dropLast { .dropping(dropLast) } else { .last }
    if case .last = end, layers == nil {
      guard !freeze.isEmpty else { return nil }
      guard freshOptimizer else {
        throw UsageError(
          "--freeze needs --fresh-optimizer: the optimizer's state in the file is that of other variables.")
      }
    }
    return NewHead(after: end, layers: layers, frozen: freeze.map { NamePattern($0) })
  }

  /// The options by the places of errors.
  private static let options = [
    NewHead.Place.end: "--until", NewHead.Place.dropped: "--drop-last", NewHead.Place.layers: "--head",
    NewHead.Place.frozen: "--freeze",
  ]

  /// Applies a new end to a model.
  ///
  /// - Throws: as `NewHead.applied`, naming the option.
  static func apply(_ head: NewHead, to model: TrainedModel, seed: UInt64) throws -> TrainedModel {
    try naming { try head.applied(to: model, seed: seed) }
  }

  /// Freezes the layers of the whole model that `--freeze` names.
  ///
  /// - Throws: as `NewHead.freeze`, naming the option.
  static func freeze(_ head: NewHead, _ whole: inout Model) throws { try naming { try head.freeze(&whole) } }

  private static func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as ConfigurationError {
      error.path = options[error.path] ?? error.path
      throw error
    }
  }
}
