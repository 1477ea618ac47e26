import Checkpoints
import Foundation
import HDF5Reading
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// Models of `Golden/graphs/make_models.py`, saved by two versions of Keras.
@Suite("Graphs saved by Keras")
struct KerasGraphTests {
  static let files: [String] = {
    let directory = Bundle.module.url(forResource: "Golden/graphs", withExtension: nil)?.path ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { !$0.contains("expected") && !$0.contains(".weights.") && !$0.hasSuffix(".py") }.sorted()
  }()

  /// Keras' outputs of a model, and its values when it was saved.
  private struct Expected {
    let probabilities: [Float]
    let weightSums: [Double]
    let slotSums: [Double]
    let iteration: Int

    init(_ file: String) throws {
      let parts = file.split(separator: ".")[0].split(separator: "-")
      let root = try HDF5File(contentsOf: KerasGolden.path("graphs/\(parts[0]).expected.h5")).root
      let group = try root.group(String(parts[1]))
      probabilities = try group.read("probabilities").values
      weightSums = try group.read("weights").values
      slotSums = try group.read("slots").values
      let steps: [Int64] = try group.read("iteration").values
      iteration = Int(steps[0])
    }
  }

  private func file(_ name: String) throws -> KerasModelFile {
    try KerasModelFile(path: KerasGolden.path("graphs/\(name)"))
  }

  private func probabilities(_ model: TrainedModel) throws -> [Float] {
    var model = model
    // A model that starts with a Rescaling layer was still trained on divided pixels.
    model.scale = 255
    let run = try Checkpoint(importing: model, origin: "m")
    return Array(try Trainer(run, workerCount: 1).predict(KerasGolden.samples()).probabilities.prefix(12 * 4))
  }

  /// The sums of variables, in Keras' order of the model.
  private func sums(_ variables: [Snapshot.Variable], _ known: [Variable], _ model: Model) -> [Double] {
    KerasLayerOrder(model).positions(of: known).map { variables[$0].values.reduce(0) { $0 + Double($1) } }
  }

  @Test("predict like Keras, and have its weights and optimizer state", arguments: files)
  func state(name: String) throws {
    let expected = try Expected(name)
    let imported = try file(name).model(for: .training)
    #expect(imported.notes.isEmpty, "\(imported.notes)")
    #expect(largestDifference(try probabilities(imported.model), expected.probabilities) < 1e-6)
    let plan = try imported.model.plan()
    if !name.contains("nested") {
      // A nested model numbers its layers separately.
      let weights = sums(imported.model.weights, plan.variables, plan.model)
      #expect(zip(weights, expected.weightSums).allSatisfy { abs($0 - $1) < 1e-4 }, "\(weights)")
    }
    let state = try #require(imported.model.optimizerState)
    #expect(state.iteration == expected.iteration && expected.iteration == 6)
    #expect(state.slots.count == imported.model.optimizer.slotNames.count)
    let places = imported.model.optimizer.slotOrder.places(variables: plan.trainableVariables.count)
    for (index, slot) in state.slots.enumerated() {
      let own = sums(slot, plan.trainableVariables, plan.model)
      let all = zip(places, expected.slotSums).filter { $0.0.slot == index }.map(\.1)
      #expect(own.count == all.count && zip(own, all).allSatisfy { abs($0 - $1) < 1e-4 }, "\(own) \(all)")
    }
  }

  @Test("keep the names of their layers", arguments: ["keras315", "tf215"])
  func names(version: String) throws {
    let chain = try file("\(version)-chain.keras").model(for: .training).model.model
    #expect(chain.isChain && chain.layerNames[1] == "fc1" && chain.layerNames.last == "answer")
    // Keras numbers the layers of a process: `batch_normalization_9`. What has the name that it would have anyway needs none.
    #expect(chain.layerNames[2].hasPrefix("batch_normalization_") && chain.nodes[2].name == chain.layerNames[2])
    #expect(chain.layerNames[0] == "rescaling" && chain.nodes[0].name == nil)
    let nested = try file("\(version)-nested.keras").model(for: .training).model.model
    #expect(!nested.isChain && nested.layerNames.contains("inner"))
    #expect(Set(nested.layerNames).count == nested.layerNames.count)
  }

  @Test(
    "are read again from every format of Keras that they are exported to", arguments: files, [ExportFormat.keras, .h5])
  func roundTrip(name: String, format: ExportFormat) throws {
    let model = try file(name).model(for: .training).model
    let bytes = try model.exported(format, path: "x")
    let again = try KerasModelFile(bytes, path: "x").model(for: .training)
    #expect(again.notes.isEmpty, "\(again.notes)")
    #expect(again.model.model.layerNames.sorted() == model.model.layerNames.sorted())
    #expect(try probabilities(again.model) == (try probabilities(model)))
    #expect(again.model.optimizer.allOptions == model.optimizer.allOptions)
    #expect(try again.model.exported(format, path: "x") == bytes)
    for (old, new) in zip(model.optimizerState?.slots ?? [], again.model.optimizerState?.slots ?? []) {
      #expect(Dictionary(grouping: old, by: \.path) == Dictionary(grouping: new, by: \.path))
    }
  }

  @Test("keep the name of their input layer")
  func inputName() throws {
    let model = try file("keras315-residual.keras").model(for: .exporting).model
    #expect(model.model.inputName == "pixels")
    #expect(try model.plan().summary().contains("pixels (InputLayer)"))
    let yaml = try RunConfiguration(
      yaml: Checkpoint(importing: model, origin: "m").configuration.yaml, file: "x"
    ).training.model
    #expect(yaml.inputName == "pixels")
    let again = try KerasModelFile(model.exported(.h5, path: "x"), path: "x").model(for: .exporting).model.model
    #expect(again.inputName == "pixels" && again.layerNames.sorted() == model.model.layerNames.sorted())
  }

  @Test(
    "have an input name in YAML that no layer has",
    arguments: [
      ("- input: {name: x}\n- flatten: {inputs: [x]}", nil),
      (
        "- input: {name: x}\n- flatten: {name: x}", "model[1].flatten.name: the model's input already has the name 'x'."
      ),
      ("- input: {name: a/b}\n- flatten", "model[0].input.name: expected a name of at most 200 bytes"),
      ("- input: {shape: 3}\n- flatten", "model[0].input: unknown key 'shape'"),
    ] as [(String, String?)])
  func inputNames(model: String, message: String?) throws {
    let text = "name: m\ndata: {}\nmodel:\n\(model)\n- dense: 3\n"
    guard let message else {
      #expect(try RunConfiguration(yaml: text, file: "x").training.model.inputName == "x")
      return
    }
    let error = try #require(throws: ConfigurationError.self) { try RunConfiguration(yaml: text, file: "x") }
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test("say what Keras' files cannot", arguments: [(ExportFormat.keras, 1), (.h5, 2), (.onnx, 0), (.weights, 0)])
  func remarks(format: ExportFormat, count: Int) throws {
    let remarks = try ownRun().model.exportRemarks(format)
    #expect(remarks.count == count && remarks.prefix(1).allSatisfy { $0.contains("var_names=['bias']") })
  }

  @Test("round-trip through YAML and a checkpoint", arguments: files)
  func checkpoint(name: String) throws {
    let run = try Checkpoint(importing: file(name).model(for: .training).model, origin: "m")
    let configuration = try RunConfiguration(yaml: run.configuration.yaml, file: "x")
    #expect(configuration.training.model.configuration == run.configuration.training.model.configuration)
    try configuration.checkResumes(run.configuration)
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = try run.write(toDirectory: directory, overwrite: false)
    let again = try Checkpoint(path: path)
    #expect(again.snapshot == run.snapshot)
    #expect(again.configuration.training.model.layerNames == run.configuration.training.model.layerNames)
    // The file as Keras would read it.
    let root = try HDF5File(Array(Data(contentsOf: URL(filePath: path))), path: path).root
    let weights = try root.group("model_weights")
    let layers = try weights.attributes("layer_names")
    #expect(
      layers.count == run.configuration.training.model.layers.count + (run.configuration.training.model.isChain ? 0 : 1)
    )
  }

  /// A model whose layer order differs from Keras': the shortcut after the whole body.
  private static let ownOrder = """
    name: own
    data: {}
    model:
    - conv2d: {name: stem, filters: 3, kernel_size: 3, padding: same}
    - conv2d: {filters: 4, kernel_size: 3, strides: 2, padding: same, use_bias: false}
    - batch_normalization: {name: first}
    - relu
    - conv2d: {filters: 4, kernel_size: 3, padding: same, use_bias: false}
    - batch_normalization: {name: body}
    - conv2d: {name: conv2d_9, filters: 4, kernel_size: 1, strides: 2, inputs: [stem]}
    - batch_normalization: {name: shortcut, scale: false}
    - add: {inputs: [shortcut, body]}
    - flatten: {name: sequential}
    - batch_normalization
    - dense: {units: 4, activation: softmax}
    """

  /// The run of that model after three steps.
  private func ownRun() throws -> Checkpoint {
    let training = TrainingConfiguration(
      model: try RunConfiguration(yaml: Self.ownOrder, file: "own.yml").training.model,
      optimizer: AdamW(excludedFromWeightDecay: ["bias"]), batchSize: 20, shards: 2, shuffle: false)
    let trainer = try Trainer(training, inputShape: [8, 8, 1], workerCount: 1)
    try trainer.fit(KerasGolden.samples(), maxSteps: 3)
    let model = TrainedModel(training, inputShape: [8, 8, 1], snapshot: trainer.snapshot())
    return try Checkpoint(
      importing: model, origin: "own", background: RunConfiguration(name: "own", source: nil, training: training))
  }

  @Test("have Keras' order in its files, and their own in a checkpoint", arguments: [ExportFormat.keras, .h5])
  func order(format: ExportFormat) throws {
    let run = try ownRun()
    let plan = try run.model.plan()
    let order = KerasLayerOrder(plan.model).nodes.map { plan.nodes[$0].name }
    #expect(
      order == [
        "stem", "conv2d", "first", "relu", "conv2d_9", "conv2d_1", "shortcut", "body", "add", "sequential",
        "batch_normalization", "dense",
      ])
    let again = try KerasModelFile(run.model.exported(format, path: "x"), path: "x").model(for: .training)
    #expect(again.model.model.layerNames == order)
    func byPath(_ variables: [Snapshot.Variable]) -> [String: [Float]] {
      Dictionary(uniqueKeysWithValues: variables.map { ($0.path, $0.values) })
    }
    #expect(byPath(again.model.weights) == byPath(run.model.weights))
    let slots = run.snapshot.slots.map(byPath)
    #expect(again.model.optimizerState?.slots.map(byPath) == slots && slots.count == 2)
    #expect(try probabilities(again.model) == (try probabilities(run.model)))
    // Keras has no key for variables excluded from weight decay.
    #expect(again.model.optimizer.updateOptions == UpdateOptions(weightDecay: 0.004))

    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let saved = try Checkpoint(path: run.write(toDirectory: directory, overwrite: false))
    #expect(saved == run)
    #expect((saved.configuration.training.optimizer as? AdamW)?.updateOptions.excludedFromWeightDecay == ["bias"])
  }

  @Test("saved as weights only are loaded into the model of a configuration")
  func weightsAlone() throws {
    let whole = try file("keras315-chain.keras").model(for: .training).model
    let background = KerasModelFile.Background(
      training: TrainingConfiguration(model: whole.model, optimizer: whole.optimizer), inputShape: whole.inputShape)
    let imported = try file("keras315-chain.weights.h5").model(for: .training, background: background).model
    #expect(imported.weights == whole.weights && imported.optimizerState == whole.optimizerState)
    #expect(try file("keras315-chain.weights.h5").weights(for: whole.plan()) == whole.weights)
  }

  @Test("export their weights to NumPy and safetensors by name, and are written as ONNX", arguments: files)
  func otherFormats(name: String) throws {
    let model = try file(name).model(for: .exporting).model
    for format in [ExportFormat.npz, .safetensors] {
      let bytes = try model.exported(format, path: "x")
      let text = String(decoding: bytes, as: UTF8.self)
      for variable in try model.plan().variables { #expect(text.contains(variable.path)) }
    }
    #expect(try !model.exported(.onnx, path: "x").isEmpty)
  }

  /// Descriptions of an axis of batch normalization in an image, and whether they are the last.
  @Test(
    "may give the last axis by its number",
    arguments: [("[3]", true), ("3", true), ("[-1]", true), ("1", false), ("[1]", false)])
  func axes(axis: String, isLast: Bool) throws {
    let text = """
      {"class_name": "Sequential", "config": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 4, 2]}},
        {"class_name": "BatchNormalization", "config": {"name": "b", "axis": \(axis)}}]}
      """
    let model = try KerasModel(text, purpose: .training, file: "m")
    if isLast {
      #expect(
        try model.plan().variables.map(\.path) == ["gamma", "beta", "moving_mean", "moving_variance"].map { "b/\($0)" })
    } else {
      let error = try #require(throws: ModelFileError.self) { try model.plan() }
      #expect(
        "\(error)" == "m: layer 'b' (BatchNormalization): the option axis is 1, which is not supported. "
          + "Accepted: -1, the last axis, which is 3 here.")
    }
  }
}
