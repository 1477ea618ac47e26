import Configuration
import Foundation
import HDF5Reading
import Testing

@testable import NeuralNetwork
@testable import RunConfiguration

/// The values that Keras computed: `Golden/make_golden.py` makes them.
struct Golden {
  private let group: HDF5Group

  /// - Parameter path: a group of the file, such as `layers/dense_odd`.
  init(_ path: String) throws {
    group = try Self.root().group(path)
  }

  /// The names of the cases below a group.
  static func cases(_ path: String) -> [String] {
    (try? root().group(path).names) ?? []
  }

  private static func root() throws -> HDF5Group {
    let url = try #require(Bundle.module.url(forResource: "keras", withExtension: "h5"))
    return try HDF5File(Array(Data(contentsOf: url)), path: url.path).root
  }

  func values(_ name: String) throws -> [Float] { try group.read(name).values }

  func number(_ name: String) throws -> Double { try group.read(name).values[0] }

  func integers(_ name: String) throws -> [Int64] { try group.read(name).values }

  func dimensions(_ name: String) throws -> [Int] {
    let (_, dimensions): ([Float], [Int]) = try group.read(name)
    return dimensions
  }

  func contains(_ name: String) throws -> Bool { try group.contains(name) }

  /// The options, which are JSON and so YAML too.
  func configuration() throws -> ConfigurationNode {
    try YAMLDocument.parse(group.attribute("configuration"))
  }

  /// The layer that the case was made with.
  func layer() throws -> any Layer {
    let className = try group.attribute("layer")
    let type = try #require(LayerCatalog.all.first { $0.className == className })
    return try type.init(options: ConfigurationReader(configuration(), path: className, keys: type.optionKeys))
  }
}

/// Expects two lists of numbers to be equal up to rounding.
///
/// - Parameter tolerance: the largest difference, relative to the largest expected magnitude (at least 1).
func expectEqual(
  _ actual: [Float], _ expected: [Float], tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record("\(what): \(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let scale = max(expected.map(abs).max() ?? 0, 1)
  for index in actual.indices where !(abs(actual[index] - expected[index]) <= tolerance * scale) {
    Issue.record("\(what)[\(index)] is \(actual[index]), expected \(expected[index])", sourceLocation: sourceLocation)
    return
  }
}
