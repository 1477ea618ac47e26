import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Exported models")
struct ExportTests {
  private func model(_ file: String = "keras315-other.keras") throws -> TrainedModel {
    try KerasModelFile(path: KerasGolden(file).path).model(for: .training).model
  }

  @Test("in Keras formats are imported again to the same bits", arguments: [ExportFormat.keras, .h5])
  func kerasRoundTrip(format: ExportFormat) throws {
    let model = try model()
    let bytes = try model.exported(format, path: "x")
    let again = try KerasModelFile(bytes, path: "x").model(for: .training)
    #expect(again.notes.isEmpty)
    #expect(again.model.weights == model.weights)
    #expect(again.model.optimizerState == model.optimizerState)
    #expect(try again.model.exported(format, path: "x") == bytes)
  }

  @Test("with similar suffixes are distinguished by the whole suffix")
  func formats() {
    #expect(ExportFormat(path: "a.keras") == .keras)
    #expect(ExportFormat(path: "a.H5") == .h5)
    #expect(ExportFormat(path: "a.weights.h5") == .weights)
    #expect(ExportFormat(path: "a.npz") == .npz)
    #expect(ExportFormat(path: "dir.onnx/a") == nil)
  }

  @Test("for PyTorch list their modules")
  func torchModules() throws {
    let lesson = try model("keras315-lesson.keras")
    let modules = try TorchModules(lesson, file: "x")
    #expect(
      modules.description == "nn.Sequential(nn.Conv2d(1, 3, (3, 2), stride=(1, 1)), nn.ReLU(), "
        + "nn.MaxPool2d((2, 2), stride=(2, 2)), nn.Flatten(), nn.Linear(27, 6), nn.Tanh(), nn.Linear(6, 4))")
    #expect(modules.tensors.map(\.name) == ["0.weight", "0.bias", "4.weight", "4.bias", "6.weight", "6.bias"])
    #expect(modules.tensors.map(\.dimensions) == [[3, 1, 3, 2], [3], [6, 27], [6], [4, 6], [4]])
    // Input (row 1, column 2, channel 0) of the flattened 3x3 image has index 3·(1·3 + 2) here, and 1·3 + 2 there.
    guard case .floats(let values) = modules.tensors[2].values else { return }
    #expect(values[5] == lesson.weights[2].values[15 * 6])
  }

  @Test("without PyTorch equivalents are refused, naming the layer")
  func notExpressible() throws {
    func message(_ layers: [any Layer]) throws -> String {
      let trainer = try Trainer(
        TrainingConfiguration(model: Sequential(layers)), inputShape: [6, 6, 2], workerCount: 1)
      let model = TrainedModel(trainer.configuration, inputShape: [6, 6, 2], snapshot: trainer.snapshot())
      return "\(try #require(throws: ModelFileError.self) { try TorchModules(model, file: "x") })"
    }
    let average = AveragePooling2D(poolSize: [2, 2], strides: [1, 1], padding: .same)
    #expect(
      try message([average, Flatten(), Dense(units: 2)])
        == "x: layer 'average_pooling2d' cannot be expressed in nn.Sequential: "
        + "its padding is more asymmetric than AvgPool2d supports.")
    #expect(
      try message([Conv2D(filters: 2, kernelSize: [1, 1]), Flatten()])
        == "x: layer 'flatten' cannot be expressed in nn.Sequential: the values of an image are used in Keras' order, "
        + "channels last.")
  }

  @Test("in safetensors are a header followed by the data")
  func safeTensors() {
    let file = SafeTensorsFile(
      metadata: [(key: "ü", text: "\"")],
      tensors: [
        NamedTensor("a", [2, 1], [1, -.infinity]), NamedTensor("b", [], .integers([.min])),
        NamedTensor("c", [0], [Float]()),
      ])
    let header =
      #"{"__metadata__": {"ü": "\""}, "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}, "#
      + #""b": {"dtype": "I64", "shape": [], "data_offsets": [8, 16]}, "#
      + #""c": {"dtype": "F32", "shape": [0], "data_offsets": [16, 16]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let numbers: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0x80, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x80]
    #expect(file.bytes == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + padded.utf8 + numbers)
  }
}
