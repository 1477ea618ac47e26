import Martlet
import Testing

@testable import MartletCommand

@Suite("A file of predictions")
struct PredictionFileTests {
  private func data(_ targets: Dataset.Targets?) throws -> Dataset {
    try Dataset(name: "x", shape: [1], inputs: .floats([0, 0]), targets: targets)
  }

  @Test("has the class with the largest output")
  func classes() throws {
    let prediction = Prediction(values: [0.25, 0.75, 0.5, 0.5], classes: 2, kind: .probabilities)
    let file = PredictionFile(prediction, of: try data(.labels([1, 1])))
    #expect(file.csv == "sample,class,probability_0,probability_1,label\n0,1,0.25,0.75,1\n1,0,0.5,0.5,1\n")
    let oneHot = PredictionFile(prediction, of: try data(.values([0, 1, 0, 1], shape: [2])))
    #expect(oneHot.csv == file.csv)
    #expect(PredictionFile(prediction, of: try data(nil)).tensors.map(\.name) == ["probabilities", "classes"])
  }

  @Test("has no class for a model with a single output")
  func oneOutput() throws {
    let prediction = Prediction(values: [0.25, 0.75], classes: 1, kind: .outputs)
    let file = PredictionFile(prediction, of: try data(.labels([0, 1])))
    #expect(file.csv == "sample,output_0,label\n0,0.25,0\n1,0.75,1\n")
    #expect(file.tensors.map(\.name) == ["outputs", "labels"])
  }

  @Test("has the true values next to the predicted ones, and no class")
  func values() throws {
    let prediction = Prediction(values: [0.25, 0.75, 0.5, 0.5], classes: 2, kind: .outputs, areClasses: false)
    let file = PredictionFile(prediction, of: try data(.values([1, 2, 3, -4], shape: [2])))
    #expect(file.csv == "sample,output_0,output_1,target_0,target_1\n0,0.25,0.75,1.0,2.0\n1,0.5,0.5,3.0,-4.0\n")
    #expect(file.tensors.map(\.name) == ["outputs", "targets"])
    #expect(file.tensors.map(\.dimensions) == [[2, 2], [2, 2]])
    let alone = PredictionFile(prediction, of: try data(nil))
    #expect(alone.csv == "sample,output_0,output_1\n0,0.25,0.75\n1,0.5,0.5\n")
  }
}
