/// A type that configurations describe by options, each of them one line of its schema:
///
///     static let schema: Schema = [.number("rate", \.rate, where: .belowOne, isRequired: true)]
public protocol Configurable: Sendable {
  /// The value of every option that is left out; those that are required may be anything here.
  static var prototype: Self { get }
  /// Its options, in Keras' words and order.
  static var schema: Schema { get }

  /// Reads the options.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws
}

extension Configurable {
  public typealias Schema = [ConfigurationOption<Self>]

  public static var optionKeys: [String] { schema.map(\.key) }

  public init(options reader: ConfigurationReader) throws { self = try .read(reader) }

  /// A value with the options that are there, and the prototype's for the others.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  package static func read(_ reader: ConfigurationReader) throws -> Self {
    var value = prototype
    for option in schema { try option.read(reader, &value) }
    return value
  }

  /// All options, ready for YAML and for Keras' files.
  public var options: [ConfigurationEntry] { Self.schema.map { ConfigurationEntry($0.key, $0.write(self)) } }

  /// The options that differ from the prototype's.
  package var changedOptions: [ConfigurationEntry] {
    zip(options, Self.prototype.options).filter { $0 != $1 }.map(\.0)
  }
}
