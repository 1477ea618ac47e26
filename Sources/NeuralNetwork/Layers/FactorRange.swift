import Configuration
import Randomness

/// The range of a factor that augmentation draws: uniformly distributed, given as one number or as a list of two.
public struct FactorRange: Equatable, Sendable {
  /// The smallest and the largest factor.
  public let range: ClosedRange<Double>
  /// The configuration in Keras.
  let configuration: ConfigurationNode

  init(_ range: ClosedRange<Double>, configuration: ConfigurationNode? = nil) {
    self.range = range
    self.configuration =
      configuration
      ?? [ConfigurationNode(.number(range.lowerBound)), ConfigurationNode(.number(range.upperBound))]
  }

  /// What an option accepts.
  struct Rule: Sendable {
    let bounds: ClosedRange<Double>
    /// Whether the lower bound itself is excluded.
    var excludesLower = false
    /// Whether a number f stands for -f to f, instead of 0 to f.
    let isSymmetric: Bool
    /// Whether the configuration keeps a number, as Keras writes this option, instead of the pair.
    var keepsNumber = false

    /// Fractions of a circle or of a range of values.
    static let signed = Rule(bounds: -1...1, isSymmetric: true)
    /// Shares and probabilities.
    static let share = Rule(bounds: 0...1, isSymmetric: false)
    static let zoom = Rule(bounds: -1...1, excludesLower: true, isSymmetric: true, keepsNumber: true)

    func contains(_ value: Double) -> Bool {
      bounds.contains(value) && !(excludesLower && value == bounds.lowerBound)
    }

    var wording: String {
      let lower = Int(bounds.lowerBound)
      let numbers = excludesLower ? "greater than \(lower) and at most" : "from \(lower) to"
      return "a number \(numbers) \(Int(bounds.upperBound)), or a list of two such numbers"
    }

    /// The range of a number.
    func range(_ factor: Double) -> ClosedRange<Double> {
      let size = isSymmetric ? abs(factor) : factor
      return isSymmetric ? -size...size : 0...size
    }
  }

  /// - Throws: `ConfigurationError` for a value that the rule does not accept.
  init(_ key: String, _ options: ConfigurationReader, rule: Rule) throws {
    let node = try options.required(key)
    if let factor = Self.number(node), rule.contains(factor) {
      self.init(
        rule.range(factor), configuration: rule.keepsNumber ? ConfigurationNode(.number(factor)) : nil)
      return
    }
    guard case .sequence(let elements) = node.value, elements.count == 2, let first = Self.number(elements[0]),
      let second = Self.number(elements[1]), rule.contains(first), rule.contains(second)
    else { throw options.error(.unexpected(expected: rule.wording, received: node.received), at: key) }
    self.init(
      min(first, second)...max(first, second),
      configuration: rule.keepsNumber ? [ConfigurationNode(.number(first)), ConfigurationNode(.number(second))] : nil)
  }

  static func number(_ node: ConfigurationNode) -> Double? {
    switch node.value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  /// Whether all factors are 0.
  var isZero: Bool { range == 0...0 }

  func draw(_ random: inout RandomStream) -> Float {
    random.nextUniform(from: Float(range.lowerBound), to: Float(range.upperBound))
  }
}

extension ConfigurationOption {
  /// A range of factors.
  static func factor(
    _ key: String, _ property: Property<FactorRange>, _ rule: FactorRange.Rule, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key) { reader, owner in
      guard isRequired || reader.node(key) != nil else { return }
      owner[keyPath: property] = try FactorRange(key, reader, rule: rule)
    } write: {
      $0[keyPath: property].configuration
    }
  }

  /// The lowest and the highest value of images, in any order.
  static func valueRange(_ property: Property<ClosedRange<Double>>) -> ConfigurationOption {
    ConfigurationOption("value_range") { reader, owner in
      guard let node = reader.node("value_range") else { return }
      guard case .sequence(let elements) = node.value, elements.count == 2,
        let first = FactorRange.number(elements[0]), let second = FactorRange.number(elements[1]),
        first.isFinite, second.isFinite
      else {
        throw reader.error(
          .unexpected(expected: "a list of two numbers", received: node.received), at: "value_range")
      }
      owner[keyPath: property] = min(first, second)...max(first, second)
    } write: {
      let range = $0[keyPath: property]
      return [ConfigurationNode(.number(range.lowerBound)), ConfigurationNode(.number(range.upperBound))]
    }
  }
}
