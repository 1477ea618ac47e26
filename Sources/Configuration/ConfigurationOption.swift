/// An option of a type: its key, how its value is read and checked, and how it is written.
public struct ConfigurationOption<Owner>: Sendable {
  /// The key in YAML and in Keras' files.
  public let key: String
  let read: @Sendable (ConfigurationReader, inout Owner) throws -> Void
  let write: @Sendable (Owner) -> ConfigurationNode
  /// Whether it is written only if it differs from the prototype's.
  let isOmittedByDefault: Bool

  /// A custom option.
  ///
  /// - Parameters:
  ///   - isOmittedByDefault: whether it is written only if it differs from the prototype's.
  ///   - read: sets the property, or keeps the prototype's value if the key is absent; throws `ConfigurationError`.
  public init(
    _ key: String, isOmittedByDefault: Bool = false,
    read: @escaping @Sendable (ConfigurationReader, inout Owner) throws -> Void,
    write: @escaping @Sendable (Owner) -> ConfigurationNode
  ) {
    self.key = key
    self.isOmittedByDefault = isOmittedByDefault
    self.read = read
    self.write = write
  }

  /// - Parameters:
  ///   - isRequired: whether there is no default.
  ///   - value: reads the value of a key, or throws if it is missing.
  private init<Value>(
    _ key: String, _ property: WritableKeyPath<Owner, Value> & Sendable, isRequired: Bool,
    value: @escaping @Sendable (ConfigurationReader) throws -> Value,
    write: @escaping @Sendable (Value) -> ConfigurationNode
  ) {
    self.init(key) { reader, owner in
      guard isRequired || reader.node(key) != nil else { return }
      owner[keyPath: property] = try value(reader)
    } write: {
      write($0[keyPath: property])
    }
  }
}

extension ConfigurationOption {
  /// The property that an option sets.
  public typealias Property<Value> = WritableKeyPath<Owner, Value> & Sendable

  /// A Boolean.
  public static func bool(_ key: String, _ property: Property<Bool>) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: false) {
      try $0.bool(key, default: false)
    } write: {
      ConfigurationNode(.bool($0))
    }
  }

  /// An integer in a range.
  public static func integer(
    _ key: String, _ property: Property<Int>, in range: ClosedRange<Int>, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: isRequired) {
      try $0.integer(key, in: range)
    } write: {
      ConfigurationNode(.integer($0))
    }
  }

  /// A number in a range, written with the fewest digits that read back: a `Float` as 0.001, not 0.0010000000474974513.
  public static func number<Value: BinaryFloatingPoint & LosslessStringConvertible & Sendable>(
    _ key: String, _ property: Property<Value>, where range: NumberRange, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: isRequired) {
      Value(try $0.number(key, where: range))
    } write: {
      ConfigurationNode(.number(Double("\($0)") ?? Double($0)))
    }
  }

  /// A number in a range, or null.
  public static func optionalNumber(
    _ key: String, _ property: Property<Double?>, where range: NumberRange
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: false) {
      try $0.number(key, where: range)
    } write: {
      $0.map { ConfigurationNode(.number($0)) } ?? .null
    }
  }

  /// An integer in a range, or null.
  public static func optionalInteger(
    _ key: String, _ property: Property<Int?>, in range: ClosedRange<Int>
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: false) {
      try $0.integer(key, in: range)
    } write: {
      $0.map { ConfigurationNode(.integer($0)) } ?? .null
    }
  }

  /// A list of numbers in a range, or one number; null if it is empty.
  public static func numbers(
    _ key: String, _ property: Property<[Double]>, where range: NumberRange
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: false) {
      try $0.numbers(key, where: range)
    } write: { numbers in
      numbers.isEmpty ? .null : ConfigurationNode(.sequence(numbers.map { ConfigurationNode(.number($0)) }))
    }
  }

  /// (height, width), or one number for both.
  public static func heightWidth(
    _ key: String, _ property: Property<HeightWidth>, in range: ClosedRange<Int>, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: isRequired) {
      try $0.heightWidth(key, in: range)
    } write: {
      $0.configuration
    }
  }

  /// (height, width), or one number for both; the value of another property if the key is absent.
  public static func heightWidth(
    _ key: String, _ property: Property<HeightWidth>, in range: ClosedRange<Int>, like other: Property<HeightWidth>
  ) -> ConfigurationOption {
    ConfigurationOption(key) { reader, owner in
      owner[keyPath: property] = try reader.heightWidth(key, in: range, default: owner[keyPath: other])
    } write: {
      $0[keyPath: property].configuration
    }
  }

  /// One of the raw values of an enumeration.
  ///
  /// - Parameter kind: the word for it in messages; the key if nil.
  public static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ key: String, _ property: Property<Choice>, kind: String? = nil, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: isRequired) { reader in
      let names = Choice.allCases.map(\.rawValue)
      let name = try reader.name(key, kind: kind ?? key, among: names)
      guard let choice = Choice(rawValue: name) else {
        preconditionFailure("\(Choice.self) has the case '\(name)' but cannot be created from it")
      }
      return choice
    } write: {
      ConfigurationNode(.string($0.rawValue))
    }
  }

  /// One of the raw values of an enumeration, or null.
  public static func optionalChoice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ key: String, _ property: Property<Choice?>
  ) -> ConfigurationOption {
    ConfigurationOption(key, property, isRequired: false) {
      Choice(rawValue: try $0.name(key, kind: key, among: Choice.allCases.map(\.rawValue)))
    } write: {
      $0.map { ConfigurationNode(.string($0.rawValue)) } ?? .null
    }
  }

  /// An option with a single valid value.
  ///
  /// - Parameter wording: the value in messages.
  public static func constant(_ key: String, _ value: ConfigurationNode, wording: String) -> ConfigurationOption {
    ConfigurationOption(key) { reader, _ in
      guard let received = reader.node(key), received != value else { return }
      throw reader.error(.unexpected(expected: wording, received: received.received), at: key)
    } write: { _ in
      value
    }
  }
}
