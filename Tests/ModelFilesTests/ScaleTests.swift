import Foundation
import HDF5Reading
import Martlet
import TestSupport
import Testing
import ZipArchive

@testable import KerasFormat
@testable import ModelFiles

@Suite("The scale of pixels")
struct ScaleTests {
  private func model(scale: Float?) throws -> TrainedModel {
    var model = try KerasModelFile(path: KerasGolden("keras315-lesson.keras").path).model(for: .training).model
    model.scale = scale
    return model
  }

  private func imported(_ bytes: [UInt8]) throws -> TrainedModel {
    try KerasModelFile(bytes, path: "x").model(for: .training).model
  }

  @Test("is stored in every file, and is read back", arguments: [ExportFormat.keras, .h5])
  func keras(format: ExportFormat) throws {
    let again = try imported(try model(scale: 127.5).exported(format, path: "x"))
    #expect(again.scale == 127.5)
    #expect(try imported(try model(scale: nil).exported(format, path: "x")).scale == nil)
  }

  @Test(
    "becomes a layer of the model on request, and remains one", arguments: [ExportFormat.keras, .h5])
  func layer(format: ExportFormat) throws {
    let model = try model(scale: 255)
    let bytes = try model.exported(format, path: "x", withScaling: true)
    let again = try imported(bytes)
    #expect(again.scale == 1 && again.model.pixelDivisor == 255)
    #expect(again.model.layers.count == model.model.layers.count + 1)
    #expect(again.weights == model.weights && again.optimizerState == model.optimizerState)
    // A model that expects raw pixels remains one.
    #expect(try again.exported(format, path: "x") == bytes)
    #expect(try again.exported(format, path: "x", withScaling: true) == bytes)
  }

  @Test("is in the metadata of safetensors and ONNX, and in the comment of npz")
  func metadata() throws {
    let model = try model(scale: 255)
    for layout in ExportLayout.allCases {
      let tensors = try model.exported(.safetensors, layout: layout, path: "x")
      #expect(String(decoding: tensors, as: UTF8.self).contains(#""martlet_scale": "255""#))
      let arrays = try model.exported(.npz, layout: layout, path: "x")
      #expect(String(decoding: arrays, as: UTF8.self).hasSuffix(#"{"martlet_scale": 255}"#))
      #expect(try ZipReader(arrays, path: "x").names.count == model.weights.count)
    }
    let weights = try HDF5File(model.exported(.weights, path: "x"), path: "x").root
    #expect(try weights.attribute("martlet_scale") == "255")
  }

  @Test("is the first node of an ONNX graph on request", arguments: [false, true])
  func onnx(withScaling: Bool) throws {
    let bytes = try model(scale: 255).exported(.onnx, path: "x", withScaling: withScaling)
    // ModelProto.metadata_props and .graph, GraphProto.node, NodeProto.input, .output and .op_type
    let file = try MessageFields(bytes)
    let metadata = try file.messages(14)
    #expect(metadata.flatMap { $0.texts(1) } == ["martlet_scale"])
    #expect(metadata.flatMap { $0.texts(2) } == [withScaling ? "1" : "255"])
    let nodes = try #require(file.messages(7).first).messages(1)
    #expect(nodes[0].texts(1)[0] == "input")
    #expect((nodes[0].texts(4) == ["Div"]) == withScaling)
    if withScaling { #expect(nodes[1].texts(1)[0] == nodes[0].texts(2)[0]) }
  }

  @Test("cannot be a layer of weights-only files, or if it is unknown")
  func refusal() throws {
    for format in [ExportFormat.weights, .npz, .safetensors] {
      #expect(throws: ModelFileError(file: "x", .scalingNotExpressible(format: format.rawValue, isScaleKnown: true))) {
        try model(scale: 255).exported(format, path: "x", withScaling: true)
      }
    }
    #expect(throws: ModelFileError(file: "x", .scalingNotExpressible(format: "onnx", isScaleKnown: false))) {
      try model(scale: nil).exported(.onnx, path: "x", withScaling: true)
    }
  }

  /// First layers of Keras models, and their divisor of the pixels or the message.
  static let layers: [(String, Result<Float, Words>)] = [
    (
      #"{"class_name": "Rescaling", "config": {"name": "r", "scale": 0.00392156862745098, "offset": 0.0}}"#,
      .success(255)
    ),
    (#"{"class_name": "Rescaling", "config": {"name": "r", "scale": 1, "offset": 0}}"#, .success(1)),
    (
      #"{"class_name": "Rescaling", "config": {"name": "r", "scale": 0.00784313725490196, "offset": -1}}"#,
      .success(1)
    ),
    (
      #"{"class_name": "Rescaling", "config": {"name": "r", "scale": [1.0, 2.0]}}"#,
      .failure("m: layer 'r' (Rescaling).scale: expected a number that is finite. Received: [1.0, 2.0].")
    ),
    (
      #"{"class_name": "Rescaling", "config": {"name": "r", "scale": 0}}"#,
      .success(1)
    ),
    (
      #"{"class_name": "Flatten", "config": {"name": "f"}}, {"class_name": "Rescaling", "config": {"scale": 0.5}}"#,
      .success(1)
    ),
  ]

  struct Words: Error, ExpressibleByStringLiteral {
    let text: String
    init(stringLiteral value: String) { text = value }
  }

  @Test("follows from a first Rescaling layer", arguments: layers.indices)
  func rescaling(index: Int) throws {
    let (layer, expected) = Self.layers[index]
    let model = #"""
      {"class_name": "Sequential", "config": {"layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 4, 1]}}, \#(layer),
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "dense", "units": 2}}]}}
      """#
    let file = KerasModelFile(path: "m", model: model, training: nil)
    let error = try #require(throws: ModelFileError.self) { try file.model(for: .predicting) }
    switch expected {
    // The text has no weights, which is detected last.
    case .success: #expect("\(error)".hasPrefix("m: its weights do not fit the model"), "\(error)")
    case .failure(let words): #expect("\(error)".hasPrefix(words.text), "\(error)")
    }
    if case .success(let scale) = expected {
      #expect(try KerasModel(model, purpose: .predicting, file: "m").model.pixelDivisor == scale)
    }
  }

  @Test("and logits are passed on to other programs", arguments: [ExportFormat.keras, .h5])
  func logits(format: ExportFormat) throws {
    var model = try model(scale: 255)
    for loss in [CategoricalCrossentropy(fromLogits: true), SparseCategoricalCrossentropy(fromLogits: true)]
      as [any Loss]
    {
      model.loss = loss
      let again = try imported(try model.exported(format, path: "x"))
      #expect(again.loss.fromLogits && type(of: again.loss).name == type(of: loss).name)
      #expect(again.metrics.count == model.metrics.count)
    }
  }
}
