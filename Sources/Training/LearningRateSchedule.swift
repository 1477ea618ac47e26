import Configuration
import ElementaryFunctions

/// A learning rate schedule: a function of the step alone, so that a resumed run needs no other state.
///
///     after warm-up, t = step - warmup steps:
///     constant     rate
///     step         rate · decay rate ^ floor(t / decay steps)
///     exponential  rate · decay rate ^ (t / decay steps)
///     cosine       rate · ((1 - alpha) · (1 + cos(π · min(t / decay steps, 1))) / 2 + alpha)
///     warm-up:     rate · (step + 1) / warmup steps
///
/// `rate` is the optimizer's. Sources: Keras' `ExponentialDecay` (`staircase` for step) and `CosineDecay`, after
/// I. Loshchilov, F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The function of the step after the warm-up.
  public enum Form: Sendable, Equatable {
    case constant
    case step(decaySteps: Int, decayRate: Double)
    case exponential(decaySteps: Int, decayRate: Double)
    case cosine(decaySteps: Int, alpha: Double = 0)
  }

  /// The function after the warm-up.
  public var form: Form
  /// The number of steps in which the rate rises linearly to the optimizer's.
  public var warmupSteps: Int

  /// Creates a schedule.
  public init(_ form: Form, warmupSteps: Int = 0) {
    precondition(warmupSteps >= 0, "warmupSteps must be 0 or more, got \(warmupSteps)")
    self.form = form
    self.warmupSteps = warmupSteps
  }

  /// The learning rate of a step, counted from 0.
  public func rate(_ rate: Float, step: Int) -> Float {
    if step < warmupSteps { return Float(Double(rate) * Double(step + 1) / Double(warmupSteps)) }
    return Float(Double(rate) * factor(Double(step - warmupSteps)))
  }

  private func factor(_ step: Double) -> Double {
    switch form {
    case .constant: 1
    case .step(let decaySteps, let decayRate):
      Elementary.pow(decayRate, Double(Int(step / Double(decaySteps))))
    case .exponential(let decaySteps, let decayRate): Elementary.pow(decayRate, step / Double(decaySteps))
    case .cosine(let decaySteps, let alpha):
      (1 - alpha) * (1 + Elementary.cos(Double.pi * min(step / Double(decaySteps), 1))) / 2 + alpha
    }
  }
}

// MARK: - Configuration

extension LearningRateSchedule {
  private static let names = ["constant", "step", "exponential", "cosine"]
  private static let keys = ["name", "warmup_steps", "decay_steps", "decay_rate", "alpha"]

  /// Reads `{name: cosine, decay_steps: 3000, alpha: 0, warmup_steps: 100}`.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  public init(configuration node: ConfigurationNode, path: String) throws {
    let name = try ConfigurationReader(node, path: path, keys: Self.keys)
      .name("name", kind: "schedule", among: Self.names)
    let own = ["step": ["decay_steps", "decay_rate"], "exponential": ["decay_steps", "decay_rate"]]
    let keys = ["name", "warmup_steps"] + (own[name] ?? (name == "cosine" ? ["decay_steps", "alpha"] : []))
    let reader = try ConfigurationReader(node, path: path, keys: keys)
    func decaySteps() throws -> Int { try reader.integer("decay_steps", in: 1...Int.max) }
    func decayRate() throws -> Double { try reader.number("decay_rate", where: .positive) }
    let form: Form =
      switch name {
      case "step": .step(decaySteps: try decaySteps(), decayRate: try decayRate())
      case "exponential": .exponential(decaySteps: try decaySteps(), decayRate: try decayRate())
      case "cosine":
        .cosine(decaySteps: try decaySteps(), alpha: try reader.number("alpha", where: .belowOne, default: 0))
      default: .constant
      }
    self.init(form, warmupSteps: try reader.integer("warmup_steps", in: 0...Int.max, default: 0))
  }

  /// The schedule as YAML, with all its options.
  public var configuration: ConfigurationNode {
    func steps(_ count: Int) -> ConfigurationEntry {
      ConfigurationEntry("decay_steps", ConfigurationNode(.integer(count)))
    }
    func number(_ key: String, _ value: Double) -> ConfigurationEntry {
      ConfigurationEntry(key, ConfigurationNode(.number(value)))
    }
    let (name, options): (String, [ConfigurationEntry]) =
      switch form {
      case .constant: ("constant", [])
      case .step(let decaySteps, let rate): ("step", [steps(decaySteps), number("decay_rate", rate)])
      case .exponential(let decaySteps, let rate): ("exponential", [steps(decaySteps), number("decay_rate", rate)])
      case .cosine(let decaySteps, let alpha): ("cosine", [steps(decaySteps), number("alpha", alpha)])
      }
    return ConfigurationNode(
      mapping: [ConfigurationEntry("name", ConfigurationNode(.string(name)))] + options
        + [ConfigurationEntry("warmup_steps", ConfigurationNode(.integer(warmupSteps)))])
  }
}
