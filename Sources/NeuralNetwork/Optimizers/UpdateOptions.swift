import Configuration

/// Gradient clipping and weight decay, applied before an optimizer's own update, in Keras' order:
///
///     clip_value        g ← min(max(g, −clip), clip)
///     clip_norm         g ← g · clip / max(‖g‖, clip), with the norm of the variable's gradient
///     global_clip_norm  g ← g · clip · min(1 / ‖g‖, 1 / clip), with the norm of all gradients
///     weight decay      w ← w − w · decay · learning rate
///
/// Weight decay is decoupled from the gradient. Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay
/// Regularization", ICLR 2019, algorithm 2, in the form of Keras, which multiplies by the learning rate.
public struct UpdateOptions: Sendable, Equatable {
  /// The kind of clipping and its limit.
  public enum Clipping: Sendable, Equatable {
    case value(Float)
    case norm(Float)
    case globalNorm(Float)
  }

  /// The factor of weight decay; nil for none.
  public var weightDecay: Float?
  /// The names of variables without decay: `bias`, or `dense/bias` for one layer.
  public var excludedFromWeightDecay: [String]
  /// The clipping of gradients; nil for none.
  public var clipping: Clipping?

  /// Creates options; by default without decay and clipping.
  public init(weightDecay: Float? = nil, excludedFromWeightDecay: [String] = [], clipping: Clipping? = nil) {
    self.weightDecay = weightDecay
    self.excludedFromWeightDecay = excludedFromWeightDecay
    self.clipping = clipping
  }

  /// Whether weight decay applies to a variable.
  public func decays(_ variable: Variable) -> Bool {
    weightDecay != nil && !excludedFromWeightDecay.contains { [variable.name, variable.path].contains($0) }
  }
}

extension UpdateOptions {
  /// An option that Keras does not have.
  package static let exclusionKey = "exclude_from_weight_decay"
  /// The keys of all options in YAML.
  public static let keys = ["weight_decay", exclusionKey, "clipnorm", "clipvalue", "global_clipnorm"]

  /// - Parameter weightDecay: the default.
  init(options: ConfigurationReader, weightDecay fallback: Float? = nil) throws {
    func positive(_ key: String) throws -> Float? {
      options.node(key) == nil ? nil : Float(try options.number(key, where: .positive))
    }
    weightDecay =
      options.node("weight_decay") == nil ? fallback : Float(try options.number("weight_decay", where: .zeroOrMore))
    excludedFromWeightDecay = try options.strings(Self.exclusionKey, default: [])
    let clippings = try [
      positive("clipnorm").map(Clipping.norm), positive("clipvalue").map(Clipping.value),
      positive("global_clipnorm").map(Clipping.globalNorm),
    ].compactMap { $0 }
    guard clippings.count <= 1 else {
      let key = ["clipnorm", "clipvalue"].first { options.node($0) != nil } ?? "clipnorm"
      throw options.error(.conflict("use one of clipnorm, clipvalue and global_clipnorm."), at: key)
    }
    clipping = clippings.first
  }

  /// The options that are set.
  var entries: [ConfigurationEntry] {
    func number(_ key: String, _ value: Float) -> ConfigurationEntry {
      ConfigurationEntry(key, ConfigurationNode(.number(Double("\(value)") ?? Double(value))))
    }
    var entries = weightDecay.map { [number("weight_decay", $0)] } ?? []
    if !excludedFromWeightDecay.isEmpty {
      entries.append(
        ConfigurationEntry(
          Self.exclusionKey,
          ConfigurationNode(.sequence(excludedFromWeightDecay.map { ConfigurationNode(.string($0)) }))))
    }
    switch clipping {
    case .norm(let value): entries.append(number("clipnorm", value))
    case .value(let value): entries.append(number("clipvalue", value))
    case .globalNorm(let value): entries.append(number("global_clipnorm", value))
    case nil: break
    }
    return entries
  }
}
