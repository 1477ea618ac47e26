/// A type that is configured by options, each of them one line of its schema:
///
///     static let schema: Schema = [.number("rate", \.rate, where: .belowOne, isRequired: true)]
public protocol Configurable: Sendable {
  /// The defaults of all options; the values of required options do not matter.
  static var prototype: Self { get }
  /// The options, with Keras' names and in Keras' order.
  static var schema: Schema { get }

  /// Reads the options.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws
}

extension Configurable {
  /// The type of the options of this type.
  public typealias Schema = [ConfigurationOption<Self>]

  /// The keys of all options.
  public static var optionKeys: [String] { schema.map(\.key) }

  public init(options reader: ConfigurationReader) throws { self = try .read(reader) }

  /// The prototype with the options that are present.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  package static func read(_ reader: ConfigurationReader) throws -> Self {
    var value = prototype
    for option in schema { try option.read(reader, &value) }
    return value
  }

  /// All options, as written to YAML and Keras files; some are left out if they are the prototype's.
  public var options: [ConfigurationEntry] {
    let prototype = Self.prototype
    return Self.schema.compactMap { option in
      let node = option.write(self)
      if option.isOmittedByDefault, node == option.write(prototype) { return nil }
      return ConfigurationEntry(option.key, node)
    }
  }

  /// The options that differ from the prototype's.
  package var changedOptions: [ConfigurationEntry] {
    let prototype = Self.prototype
    return Self.schema.compactMap { option in
      let node = option.write(self)
      return node == option.write(prototype) ? nil : ConfigurationEntry(option.key, node)
    }
  }
}
