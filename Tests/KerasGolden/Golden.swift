import Configuration
import Foundation
import HDF5Reading
import NeuralNetwork
import RunConfiguration

/// Values computed by Keras, from `make_golden.py` and `make_values.py`.
package struct Golden {
  private let group: HDF5Group

  /// - Parameters:
  ///   - path: a group of the file, such as `layers/dense_odd`.
  ///   - file: `keras`, or `values` for losses and metrics over numbers.
  package init(_ path: String, file: String = "keras") throws {
    group = try Self.root(file).group(path)
  }

  /// The names of the cases below a group.
  package static func cases(_ path: String, file: String = "keras") -> [String] {
    (try? root(file).group(path).names) ?? []
  }

  private static func root(_ file: String) throws -> HDF5Group {
    guard let url = Bundle.module.url(forResource: file, withExtension: "h5") else { throw Missing() }
    return try HDF5File(Array(Data(contentsOf: url)), path: url.path).root
  }

  private struct Missing: Error {}

  package func values(_ name: String) throws -> [Float] { try group.read(name).values }

  package func number(_ name: String) throws -> Double { try group.read(name).values[0] }

  package func integers(_ name: String) throws -> [Int64] { try group.read(name).values }

  package func dimensions(_ name: String) throws -> [Int] {
    let (_, dimensions): ([Float], [Int]) = try group.read(name)
    return dimensions
  }

  package func contains(_ name: String) throws -> Bool { try group.contains(name) }

  /// The number of names `<name>.<n>`.
  package func count(_ name: String) throws -> Int {
    let numbers = group.names.map { $0.split(separator: ".") }.filter { $0.count > 1 && $0[0] == name }.map { $0[1] }
    return Set(numbers).count
  }

  package func attribute(_ name: String) throws -> String { try group.attribute(name) }

  package func integerAttribute(_ name: String) throws -> Int { try group.integerAttribute(name) }

  /// An attribute in JSON, which is also YAML.
  package func node(_ attribute: String) throws -> ConfigurationNode {
    try YAMLDocument.parse(group.attribute(attribute))
  }
}

/// The first difference of two lists of numbers beyond rounding; nil for none.
///
/// - Parameter tolerance: the largest difference, relative to the largest expected magnitude (at least 1).
package func firstDifference(_ actual: [Float], _ expected: [Float], tolerance: Float) -> String? {
  guard actual.count == expected.count else { return "\(actual.count) values, expected \(expected.count)" }
  let scale = max(expected.map(abs).max() ?? 0, 1)
  guard let index = actual.indices.first(where: { !(abs(actual[$0] - expected[$0]) <= tolerance * scale) })
  else { return nil }
  return "[\(index)] is \(actual[index]), expected \(expected[index])"
}
