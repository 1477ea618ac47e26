import HDF5Reading
import NeuralNetwork

/// The means and variances that Keras' `adapt` stores as weights of a `Normalization` layer. Martlet has them among the
/// options of the layer: they are moved there.
struct KerasNormalizations {
  private(set) var model: KerasModel
  private(set) var contents: KerasContents
  private let file: String
  /// The layers that lack a mean and a variance.
  private let pending: Set<Int>
  private let plan: ModelPlan

  /// - Parameters:
  ///   - model: the model described in the file.
  ///   - contents: the file's contents.
  /// - Throws: `ModelFileError` if the layers do not fit together, or if weights are missing or of another shape.
  init(of model: KerasModel, in contents: KerasContents, file: String) throws {
    self.model = model
    self.contents = contents
    self.file = file
    pending = Set(model.model.nodes.indices.filter { (model.model.layers[$0] as? Normalization)?.isAdapted == false })
    var adapted = model
    for layer in pending { adapted.setNormalization(Normalization(mean: [0], variance: [1]), ofLayer: layer) }
    plan = try adapted.plan()
    guard !pending.isEmpty, !contents.isArchitectureAlone else { return }
    let found = contents.arrangement == .byOrder ? takeByName() : takeByClass()
    for layer in pending.sorted() { try adapt(layer, found[layer] ?? Stored()) }
  }

  /// The variables of a layer in the file.
  private struct Stored {
    var mean: StoredTensor?
    var variance: StoredTensor?
  }

  // MARK: - In the file

  /// `…/normalization/mean`, wherever it is: a nested model lists the variables of all its layers.
  private mutating func takeByName() -> [Int: Stored] {
    var found: [Int: Stored] = [:]
    for layer in pending {
      let name = model.layerNames[layer]
      for index in contents.layers.indices {
        contents.layers[index].variables.removeAll { tensor in
          let path = (tensor.name.split(separator: ":").first ?? "").split(separator: "/").suffix(2).map(String.init)
          guard path.count == 2, path[0] == name else { return false }
          if path[1] == "mean" { found[layer, default: Stored()].mean = tensor }
          if path[1] == "variance" { found[layer, default: Stored()].variance = tensor }
          return true
        }
      }
    }
    return found
  }

  private mutating func takeByClass() -> [Int: Stored] {
    var found: [Int: Stored] = [:]
    contents.layers = layersWithoutPending(model.owners, contents.layers, &found)
    return found
  }

  /// The layers of the file without the variables of the pending ones.
  private func layersWithoutPending(
    _ owners: [KerasWeightOwner], _ layers: [KerasContents.Layer], _ found: inout [Int: Stored]
  ) -> [KerasContents.Layer] {
    var layers = layers
    var places = layers.indices.filter { !layers[$0].allVariables.isEmpty }
    places.sort { KerasClassName(layers[$0].name) < KerasClassName(layers[$1].name) }
    for owner in owners where hasVariables(owner) {
      let stem = owner.stem(plan)
      guard let position = places.firstIndex(where: { KerasClassName(layers[$0].name).stem == stem }) else { continue }
      let place = places.remove(at: position)
      switch owner.content {
      case .model(let inner): layers[place].layers = layersWithoutPending(inner, layers[place].layers, &found)
      case .layer(let index) where pending.contains(index):
        let tensors = layers[place].variables.filter { !$0.dimensions.isEmpty }
        layers[place].variables = []
        found[index] = Stored(mean: tensors.first, variance: tensors.dropFirst().first)
      case .layer, .nothing: continue
      }
    }
    return layers
  }

  private func hasVariables(_ owner: KerasWeightOwner) -> Bool {
    owner.nodes.contains { pending.contains($0) || !plan.nodes[$0].variables.isEmpty }
  }

  // MARK: - Values

  private mutating func adapt(_ layer: Int, _ stored: Stored) throws {
    let channels = plan.nodes[layer].outputShape.dimensions.last ?? 1
    func values(_ tensor: StoredTensor?, _ name: String, isValid: (Float) -> Bool) throws -> [Double] {
      let place = "'\(name)' of layer '\(model.layerNames[layer])'"
      guard let tensor else { throw mismatch("\(place) is missing: adapt the layer before saving the model") }
      guard tensor.dimensions == [channels], case .floats(let values) = try tensor.values else {
        throw mismatch("\(place) has the shape \(Shape(tensor.dimensions)), the model needs \(Shape([channels]))")
      }
      if let wrong = values.first(where: { !isValid($0) }) { throw mismatch("\(place) holds \(wrong)") }
      return values.map(Double.init)
    }
    let normalization = Normalization(
      mean: try values(stored.mean, "mean", isValid: \.isFinite),
      variance: try values(stored.variance, "variance") { $0.isFinite && $0 >= 0 })
    model.setNormalization(normalization, ofLayer: layer)
  }

  private func mismatch(_ reason: String) -> ModelFileError { ModelFileError(file: file, .weights(reason: reason)) }
}
