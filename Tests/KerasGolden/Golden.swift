import Configuration
import Foundation
import HDF5Reading
import NeuralNetwork
import RunConfiguration

/// Values computed by Keras: a group of a file in `Files`, made by the scripts in `Scripts`.
package struct Golden {
  private let group: HDF5Group

  /// - Parameter path: a group such as `layers/dense_odd`, in whichever file has it.
  package init(_ path: String) throws {
    guard let group = Self.files.lazy.compactMap({ try? $0.group(path) }).first else { throw Missing(path: path) }
    self.group = group
  }

  /// The names of the cases below a group, in all files.
  package static func cases(_ path: String) -> [String] {
    files.flatMap { (try? $0.group(path).names) ?? [] }
  }

  /// The files, each opened anew: a reader refuses to visit a structure too often.
  private static var files: [HDF5Group] {
    contents.compactMap { path, bytes in try? HDF5File(bytes, path: path).root }
  }

  private static let contents: [(path: String, bytes: [UInt8])] = {
    let paths = Bundle.module.paths(forResourcesOfType: "h5", inDirectory: "Files")
    return paths.sorted().compactMap { path in
      FileManager.default.contents(atPath: path).map { (path, Array($0)) }
    }
  }()

  private struct Missing: Error {
    let path: String
  }

  package func values(_ name: String) throws -> [Float] { try group.read(name).values }

  package func number(_ name: String) throws -> Double { try group.read(name).values[0] }

  /// A number or an array.
  package func array(_ name: String) throws -> MetricValue {
    let (values, dimensions): ([Double], [Int]) = try group.read(name)
    return MetricValue(shape: dimensions, elements: values)
  }

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
