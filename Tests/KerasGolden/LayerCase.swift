import Configuration
import NeuralNetwork

/// A layer with its options and input shapes, for the tests of every layer in the catalog. Cases of a new layer are
/// added in a script of `Scripts`.
package struct LayerCase {
  package let layer: any Layer
  /// The sample shape of each input.
  package let inputShapes: [Shape]
  package let outputShape: Shape
  package let golden: Golden

  /// The names of all cases.
  package static let names = Golden.cases("layers")

  /// The names of the cases with small inputs, for tests that compute them many times; of two cases of one layer in
  /// training and in inference (`…_inference`), the first.
  package static let smallNames = names.filter { name in
    guard let layerCase = try? LayerCase(name) else { return true }
    let isSecond = name.hasSuffix("_inference") && names.contains(String(name.dropLast("_inference".count)))
    return !isSecond && layerCase.inputShapes.reduce(0) { $0 + $1.count } <= 110
  }

  package init(_ name: String) throws {
    golden = try Golden("layers/\(name)")
    let className = try golden.attribute("layer")
    guard let type = Catalog.layers.all.first(where: { $0.className == className }) else {
      throw UnknownLayer(className: className)
    }
    layer = try type.init(
      options: ConfigurationReader(golden.node("configuration"), path: className, keys: type.optionKeys))
    inputShapes = try (0..<golden.count("inputs")).map { [golden] in
      Shape(Array(try golden.dimensions("inputs.\($0)").dropFirst()))
    }
    outputShape = Shape(Array(try golden.dimensions("output").dropFirst()))
  }

  struct UnknownLayer: Error {
    let className: String
  }

  package var isTraining: Bool { get throws { try golden.attribute("mode") == "training" } }

  /// The values of each input.
  package var inputs: [[Float]] {
    get throws { try inputShapes.indices.map { try golden.values("inputs.\($0)") } }
  }

  /// The names of the layer's variables in Keras' order.
  package var variableNames: [String] {
    get throws {
      guard case .sequence(let names) = try golden.node("variables").value else { return [] }
      return names.compactMap { if case .string(let name) = $0.value { name } else { nil } }
    }
  }
}
