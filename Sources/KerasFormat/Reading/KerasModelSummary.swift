import Configuration
import Kernels
import NeuralNetwork

/// What a file of Keras' holds, whether it can be computed here or not: layers, training, and who wrote it.
public struct KerasModelSummary: Sendable {
  /// A layer as the file describes it.
  struct Layer: Sendable, Equatable {
    let name: String
    let className: String
    /// Of a batch; nil where it is not known.
    let outputShape: [Int]?
    let parameterCount: Int
    /// The layers it reads in a functional model.
    var inputs: [String] = []
  }

  /// `.keras`, `.h5`, `.weights.h5`, `.json`.
  let format: String
  let origin: KerasContents.Origin
  /// `Sequential`, `Functional`; nil for weights alone.
  let modelClass: String?
  let layers: [Layer]
  let training: KerasTraining?
  /// The steps that the optimizer has made; nil without its state.
  let steps: Int?
  /// Why the model is not computed here; nil if it is.
  let refusal: String?
  /// What a person should know of a model that is computed.
  let notes: [String]

  var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }
}

extension KerasModelFile {
  /// - Throws: `ConfigurationError` or `ModelFileError` if the file contradicts itself.
  public func summary() throws -> KerasModelSummary {
    let document = try contents.model.map { try JSONDocument.parse($0) }
    var (refusal, notes) = (nil as String?, [] as [String])
    var plan: (shapes: [[Int]], names: [String]) = ([], [])
    do {
      notes = try model(for: .predicting).notes
    } catch {
      refusal = "\(error)"
    }
    if let text = contents.model, let described = try? KerasModel(text, purpose: .predicting, file: path),
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

  /// The layers that a model lists, each with the weights that the file has for it.
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
