import Foundation
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("The summary of a Keras file")
struct KerasModelSummaryTests {
  private func summary(_ file: String, _ change: (inout KerasContents) -> Void = { _ in }) throws -> KerasModelSummary {
    var contents = try KerasContents(Array(Data(contentsOf: URL(filePath: KerasGolden.path(file)))), path: "m")
    change(&contents)
    return try KerasModelFile(path: "m", contents: contents).summary()
  }

  /// A file, and its origin and training in the summary.
  static let files: [(file: String, lines: [String])] = [
    (
      "keras315-lesson.keras",
      [
        "Keras model: Sequential - .keras - Keras 3.15.1", "Optimizer: Adam (learning_rate: 0.009999999776482582, ",
        " - steps done: 4", "Loss: categorical_crossentropy - metrics: accuracy", "Supported: yes",
      ]
    ),
    (
      "keras224-lesson.h5",
      [
        "Keras model: Sequential - .h5 - Keras 2.2.4 - backend: tensorflow", "(learning_rate: 0.009999999776482582",
        "steps done: 4",
      ]
    ),
    ("keras122-lesson.h5", ["Keras model: Sequential - .h5 - Keras 1.2.2\n", "Note: Keras 1 does not record"]),
    ("keras224-uncompiled.h5", ["Not compiled: no optimizer, no loss"]),
    ("tf213-lesson.keras", [".keras - Keras 2.13.1"]),
    ("tf213-lesson-windows.keras", [".keras - Keras 2.13.1"]),
    (
      "keras315-lesson.weights.h5",
      ["Keras weights without a model - .weights.h5", "Supported: no. m: has no model, only weights."]
    ),
  ]

  @Test("describes the file", arguments: files.indices)
  func text(index: Int) throws {
    let (file, lines) = Self.files[index]
    let text = try summary(file).description
    for line in lines { #expect(text.contains(line), "\(text)") }
    #expect(text.contains(" Total params: 217 "), "\(text)")
  }

  @Test("says what the layers of a graph are connected to")
  func connections() throws {
    let summary = try summary("graphs/keras315-residual.keras")
    let sum = try #require(summary.layers.first { $0.className == "Add" })
    #expect(sum.inputs.count == 2)
    #expect(summary.description.contains("Connected to") && summary.layers[0].inputs.isEmpty)
    let names = Set(summary.layers.map(\.name))
    #expect(summary.layers.dropFirst().allSatisfy { !$0.inputs.isEmpty && names.isSuperset(of: $0.inputs) })
  }

  @Test("lists every layer with its weights in the file", arguments: KerasGolden.wholeModels)
  func layers(file: String) throws {
    let summary = try summary(file)
    let layers = summary.layers.filter { $0.parameterCount > 0 }
    #expect(layers.map(\.className.description).last == "Dense")
    #expect(summary.parameterCount == (try KerasGolden(file).state().weights.joined().count))
    #expect(summary.refusal == nil)
    #expect(summary.steps == 4)
    #expect(summary.layers.allSatisfy { $0.outputShape != nil || $0.className == "InputLayer" })
    #expect(summary.layers.last?.outputShape == [4])
  }

  @Test("describes an unsupported model, with the reason")
  func refused() throws {
    let summary = try summary("keras315-lesson.keras") {
      $0.model = $0.model?.replacing(#""class_name": "MaxPooling2D""#, with: #""class_name": "GlobalMaxPooling1D""#)
    }
    #expect(summary.layers.map(\.className).contains("GlobalMaxPooling1D"))
    #expect(summary.parameterCount == 217)
    #expect(summary.description.contains("Supported: no. m: layer 'max_pooling2d' is a GlobalMaxPooling1D"))
    #expect(summary.configuration["computed"] == false)
    #expect(summary.configuration["layers"]?.json.contains(#""parameters": "#) == true)
  }

  @Test("has the same contents in JSON")
  func json() throws {
    let configuration = try summary("keras224-lesson.h5").configuration
    #expect(configuration["keras_version"] == "2.2.4")
    #expect(configuration["optimizer"] == "Adam")
    #expect(configuration["steps"] == 4)
    #expect(configuration["parameters"] == 217)
    #expect(configuration["metrics"] == ["accuracy"])
  }
}
