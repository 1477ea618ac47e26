import Configuration
import Randomness

/// The range of a random translation, as fractions of the image size from -1 to 1.
public struct TranslationFactor: Equatable, Sendable {
  /// The fractions, uniformly distributed.
  public let range: ClosedRange<Double>
  /// The configuration in Keras: the number or the pair given for the range.
  let configuration: ConfigurationNode

  private init(_ first: Double, _ second: Double, configuration: ConfigurationNode) {
    precondition(
      (-1...1).contains(first) && (-1...1).contains(second), "a factor is from -1 to 1, got \(first) and \(second)")
    range = min(first, second)...max(first, second)
    self.configuration = configuration
  }

  /// A symmetric range: from -factor to factor.
  ///
  /// - Parameter factor: from -1 to 1.
  public init(_ factor: Double) { self.init(-factor, factor, configuration: ConfigurationNode(.number(factor))) }

  /// Creates a range.
  ///
  /// - Parameter range: within -1 to 1.
  public init(_ range: ClosedRange<Double>) { self.init(range.lowerBound, range.upperBound) }

  private init(_ first: Double, _ second: Double) {
    self.init(first, second, configuration: [ConfigurationNode(.number(first)), ConfigurationNode(.number(second))])
  }

  /// - Throws: `ConfigurationError` if the value of `key` is neither a number from -1 to 1 nor a list of two.
  init(_ key: String, _ options: ConfigurationReader) throws {
    let node = try options.required(key)
    if let factor = Self.factor(node) {
      self.init(factor)
      return
    }
    guard case .sequence(let elements) = node.value, elements.count == 2,
      let first = Self.factor(elements[0]), let second = Self.factor(elements[1])
    else {
      throw options.error(
        .unexpected(expected: "a number from -1 to 1, or a list of two such numbers", received: node.received), at: key)
    }
    self.init(first, second)
  }

  private static func factor(_ node: ConfigurationNode) -> Double? {
    let value: Double
    switch node.value {
    case .integer(let integer): value = Double(integer)
    case .number(let number): value = number
    default: return nil
    }
    return (-1...1).contains(value) ? value : nil
  }

  /// Whether all translations are 0.
  var isZero: Bool { range == 0...0 }

  func draw(_ random: inout RandomStream) -> Float {
    random.nextUniform(from: Float(range.lowerBound), to: Float(range.upperBound))
  }
}

extension ConfigurationOption {
  /// A required range of translations.
  static func factor(_ key: String, _ property: Property<TranslationFactor>) -> ConfigurationOption {
    ConfigurationOption(key) { reader, owner in
      owner[keyPath: property] = try TranslationFactor(key, reader)
    } write: {
      $0[keyPath: property].configuration
    }
  }
}
