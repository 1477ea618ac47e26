import Configuration
import Kernels
import NeuralNetwork

/// A summary of a Keras file, whether the model is supported or not: layers, training, and origin.
package struct KerasModelSummary: Sendable {
  /// A layer as described in the file.
  struct Layer: Sendable, Equatable {
    let name: String
    let className: String
    /// The batch shape; nil where unknown.
    let outputShape: [Int]?
    let parameterCount: Int
    /// The layers it reads in a functional model.
    var inputs: [String] = []
  }

  /// `.keras`, `.h5`, `.weights.h5`, `.json`.
  let format: String
  let origin: KerasContents.Origin
  /// `Sequential`, `Functional`; nil for weights only.
  let modelClass: String?
  let layers: [Layer]
  let training: KerasTraining?
  /// The optimizer's step count; nil without its state.
  let steps: Int?
  /// Why the model is not supported; nil if it is.
  let refusal: String?
  /// Notes for the user about a supported model.
  let notes: [String]

  var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }
}

extension KerasModelFile {
  /// - Throws: `ConfigurationError` or `ModelFileError` if the file is inconsistent.
  package func summary() throws -> KerasModelSummary {
    let document = try contents.model.map { try JSONDocument.parse($0) }
    var (refusal, notes) = (nil as String?, [] as [String])
    var plan: (shapes: [[Int]], names: [String]) = ([], [])
    do {
      notes = try model(for: .predicting).notes
    } catch {
      refusal = "\(error)"
    }
    if let described = try? described(for: .predicting).model,
      let built = try? described.plan()
    {
      plan = (built.nodes.map { $0.outputShape.dimensions }, described.layerNames)
    }
    let shapes = Dictionary(zip(plan.names, plan.shapes)) { first, _ in first }
    let className = document?["class_name"].flatMap(KerasObject.text)
    return KerasModelSummary(
      format: contents.format, origin: contents.origin, modelClass: className,
      layers: document.map { Self.layers($0, contents, shapes: shapes) }
        ?? contents.layers.map {
          KerasModelSummary.Layer(
            name: $0.name, className: "weights", outputShape: nil, parameterCount: Self.count($0.allVariables))
        },
      training: try KerasTraining(contents, file: path), steps: try KerasWeights.steps(contents.optimizer),
      refusal: refusal,
      notes: notes)
  }

  /// The layers of a model, each with its weights in the file.
  private static func layers(_ document: ConfigurationNode, _ contents: KerasContents, shapes: [String: [Int]])
    -> [KerasModelSummary.Layer]
  {
    let configuration = document["config"] ?? .null
    guard case .sequence(let nodes) = (configuration["layers"] ?? configuration).value else { return [] }
    var stored = contents.layers.filter { !$0.allVariables.isEmpty }
    if contents.arrangement == .byClass { stored.sort { KerasClassName($0.name) < KerasClassName($1.name) } }
    return nodes.map { node in
      let className = node["class_name"].flatMap(KerasObject.text) ?? "?"
      let name = (node["config"]?["name"] ?? node["name"]).flatMap(KerasObject.text) ?? ""
      let position = stored.firstIndex { layer in
        contents.arrangement == .byOrder
          ? layer.name == name
          : KerasClassName(layer.name).stem == KerasName.snakeCase(className)
      }
      return KerasModelSummary.Layer(
        name: name, className: className, outputShape: shapes[name],
        parameterCount: position.map { count(stored.remove(at: $0).allVariables) } ?? 0,
        inputs: KerasGraph.inputs(of: node))
    }
  }

  private static func count(_ variables: [StoredTensor]) -> Int {
    variables.reduce(0) { $0 + $1.dimensions.reduce(1, *) }
  }
}
