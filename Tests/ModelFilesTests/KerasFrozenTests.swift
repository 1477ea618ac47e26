import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Frozen layers in files of Keras'")
struct KerasFrozenTests {
  /// In `keras315-lesson.h5`, whose optimizer has a state of all weights.
  private func frozenFirst() throws -> KerasModelFile {
    try KerasGolden.changed(
      "keras315-lesson.h5", #""name": "first", "trainable": true"#, #""name": "first", "trainable": false"#)
  }

  @Test("are frozen here, whatever the model is read for, and without a note")
  func layers() throws {
    for purpose in [KerasModelFile.Purpose.predicting, .evaluating, .trainingAnew] {
      let imported = try frozenFirst().model(for: purpose)
      #expect(imported.notes.isEmpty)
      #expect(imported.model.model.nodes.map(\.isTrainable) == [false, true, true, true, true])
      #expect(try imported.model.plan().trainableVariables.map(\.layerIndex) == [3, 3, 4, 4])
    }
  }

  @Test("are written so that they are frozen again", arguments: [ExportFormat.keras, .h5])
  func roundTrip(format: ExportFormat) throws {
    let model = try frozenFirst().model(for: .trainingAnew).model
    let again = try KerasModelFile(model.exported(format, path: "x"), path: "x").model(for: .training).model
    #expect(again.model.nodes.map(\.isTrainable) == [false, true, true, true, true])
    #expect(again.weights == model.weights)
  }

  @Test("whose optimizer was made before they were frozen are refused for a training that goes on")
  func stateOfAll() throws {
    let file = try frozenFirst()
    let error = try #require(throws: ModelFileError.self) { try file.model(for: .training) }
    #expect(
      "\(error)"
        == "m: its weights do not fit the model: 12 optimizer variables, Adam has 2 for each of 4 weights.", "\(error)")
  }

  /// As `keras.models.load_model` of Keras 3.15.1 does: a Sequential passes its own `trainable` over.
  @Test("are all that there are in a functional model that is frozen, and none in a Sequential")
  func models() throws {
    let (on, off) = (#""trainable": true"#, #""trainable": false"#)
    let functional = try KerasGolden.changed("purposes/functional.h5", on, off).model(for: .predicting).model
    #expect(functional.model.nodes.allSatisfy { !$0.isTrainable })
    let sequential = try KerasGolden.changed("keras315-lesson.h5", on, off).model(for: .training).model
    #expect(sequential.model.nodes.allSatisfy { $0.isTrainable })
    let (name, frozen) = (#""name": "encoder", "trainable": true"#, #""name": "encoder", "trainable": false"#)
    let nested = try KerasGolden.changed("graphs/keras315-nested.h5", name, frozen).model(for: .training).model
    #expect(nested.model.nodes.allSatisfy { $0.isTrainable })
  }
}
