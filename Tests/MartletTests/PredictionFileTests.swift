import Martlet
import Testing

@testable import MartletCommand

@Suite("A file of predictions")
struct PredictionFileTests {
  @Test("has the class with the largest output")
  func classes() {
    let prediction = Prediction(values: [0.25, 0.75, 0.5, 0.5], classes: 2, kind: .probabilities)
    let text = PredictionFile.csv(prediction, labels: [1, 1])
    #expect(text == "sample,class,probability_0,probability_1,label\n0,1,0.25,0.75,1\n1,0,0.5,0.5,1\n")
  }

  @Test("has no class of a model with one output, whose largest is always the first")
  func oneOutput() throws {
    let prediction = Prediction(values: [0.25, 0.75], classes: 1, kind: .outputs)
    #expect(PredictionFile.csv(prediction, labels: [0, 1]) == "sample,output_0,label\n0,0.25,0\n1,0.75,1\n")
    #expect(PredictionFile.tensors(prediction, [0, 1]).map(\.name) == ["outputs", "labels"])
  }
}
