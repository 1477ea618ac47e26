import Configuration

extension UpdateOptions {
  package static let exclusionKey = "exclude_from_weight_decay"
  package static let multipliersKey = "learning_rate_multipliers"
  /// The options that Keras does not have.
  package static let ownKeys = [exclusionKey, multipliersKey]
  /// The keys of all options in YAML.
  public static let keys = [
    "weight_decay", exclusionKey, "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum",
    "ema_overwrite_frequency", "gradient_accumulation_steps", "loss_scale_factor",
    multipliersKey,
  ]

  /// - Parameter weightDecay: the default.
  init(options: ConfigurationReader, weightDecay fallback: Float? = nil) throws {
    func positive(_ key: String) throws -> Float? {
      options.node(key) == nil ? nil : Float(try options.number(key, where: .positive))
    }
    weightDecay =
      options.node("weight_decay") == nil ? fallback : Float(try options.number("weight_decay", where: .zeroOrMore))
    excludedFromWeightDecay = try options.strings(Self.exclusionKey, default: []).map { NamePattern($0) }
    let clippings = try [
      positive("clipnorm").map(Clipping.norm), positive("clipvalue").map(Clipping.value),
      positive("global_clipnorm").map(Clipping.globalNorm),
    ].compactMap { $0 }
    guard clippings.count <= 1 else {
      let key = ["clipnorm", "clipvalue"].first { options.node($0) != nil } ?? "clipnorm"
      throw options.error(.conflict("use one of clipnorm, clipvalue and global_clipnorm."), at: key)
    }
    clipping = clippings.first
    movingAverage = try Self.movingAverage(options)
    accumulationSteps =
      options.node("gradient_accumulation_steps") == nil
      ? nil : try options.integer("gradient_accumulation_steps", in: 2...1 << 30)
    learningRateMultipliers = try Self.multipliers(options)
    guard options.node("loss_scale_factor") == nil else {
      throw options.error(
        .conflict("scaling the loss is not supported: it is for 16-bit gradients, these have 32 bits. Leave it out."),
        at: "loss_scale_factor")
    }
  }

  private static func movingAverage(_ options: ConfigurationReader) throws -> MovingAverage? {
    let momentum = try options.number("ema_momentum", where: .upToOne, default: MovingAverage().momentum)
    let frequency =
      options.node("ema_overwrite_frequency") == nil
      ? nil : try options.integer("ema_overwrite_frequency", in: 1...1 << 30)
    // As in Keras, whose files always have the other two.
    guard try options.bool("use_ema", default: false) else { return nil }
    return MovingAverage(momentum: momentum, overwriteFrequency: frequency)
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
          Self.exclusionKey, ConfigurationNode(strings: excludedFromWeightDecay.map(\.description))))
    }
    switch clipping {
    case .norm(let value): entries.append(number("clipnorm", value))
    case .value(let value): entries.append(number("clipvalue", value))
    case .globalNorm(let value): entries.append(number("global_clipnorm", value))
    case nil: break
    }
    if let movingAverage {
      entries.append(ConfigurationEntry("use_ema", true))
      entries.append(ConfigurationEntry("ema_momentum", ConfigurationNode(.number(movingAverage.momentum))))
      if let frequency = movingAverage.overwriteFrequency {
        entries.append(ConfigurationEntry("ema_overwrite_frequency", ConfigurationNode(.integer(frequency))))
      }
    }
    if let accumulationSteps {
      entries.append(ConfigurationEntry("gradient_accumulation_steps", ConfigurationNode(.integer(accumulationSteps))))
    }
    return entries + multiplierEntries
  }
}
