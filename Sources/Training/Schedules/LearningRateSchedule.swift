import Configuration

/// A learning rate schedule: a function of the step alone, so that a resumed run needs no other state.
///
/// After `warmupSteps` steps it is that of its form, which counts steps from there. Before, it rises linearly to the start
/// of the form: start · (step + 1) / warm-up steps. Steps are batches, also where several make an update.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The function of the step after the warm-up.
  public var form: any ScheduleForm
  /// The number of steps in which the rate rises linearly to the form's first.
  public var warmupSteps: Int

  /// Creates a schedule.
  public init(_ form: any ScheduleForm, warmupSteps: Int = 0) {
    precondition(warmupSteps >= 0, "warmupSteps must be 0 or more, got \(warmupSteps)")
    self.form = form
    self.warmupSteps = warmupSteps
  }

  /// The learning rate of a step, counted from 0.
  public func rate(_ rate: Float, step: Int) -> Float {
    if step < warmupSteps { return Float(form.start(Double(rate)) * Double(step + 1) / Double(warmupSteps)) }
    return Float(form.rate(Double(rate), step: Double(step - warmupSteps)))
  }

  /// Compares names and options.
  public static func == (left: Self, right: Self) -> Bool { left.configuration == right.configuration }
}

// MARK: - Configuration

extension LearningRateSchedule {
  private static let keys = ["name", "warmup_steps"]

  /// Reads `{name: cosine, decay_steps: 3000, alpha: 0, warmup_steps: 100}`.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  public init(configuration node: ConfigurationNode, path: String) throws {
    let all = Self.keys + Catalog.schedules.all.flatMap { $0.optionKeys }
    let named = try ConfigurationReader(node, path: path, keys: all)
    let type = try Catalog.schedules.entry(named: named.required("name"), path: named.path(of: "name"))
    let reader = try ConfigurationReader(node, path: path, keys: Self.keys + type.optionKeys)
    let form = try type.init(options: reader)
    try form.check(reader)
    self.init(form, warmupSteps: try reader.integer("warmup_steps", in: 0...Int.max, default: 0))
  }

  /// The schedule as YAML, with all its options.
  public var configuration: ConfigurationNode {
    ConfigurationNode(
      mapping: [ConfigurationEntry("name", ConfigurationNode(.string(type(of: form).name)))] + form.options
        + [ConfigurationEntry("warmup_steps", ConfigurationNode(.integer(warmupSteps)))])
  }
}
