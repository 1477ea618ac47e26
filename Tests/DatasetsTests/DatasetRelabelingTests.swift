import Testing

@testable import Datasets

@Suite("Labels of other class names")
struct DatasetRelabelingTests {
  private func data() throws -> Dataset {
    try Dataset(
      name: "x", shape: [1], inputs: .bytes([1, 2, 3, 4]), targets: .labels([0, 1, 1, 0]), weights: [1, 2, 3, 4],
      classNames: ["dog", "owl"])
  }

  @Test("are those of the names")
  func names() throws {
    let part = try data().split(validation: 0.5).validation
    let relabeled = try part.relabeled(["cat", "owl", "dog"])
    #expect(relabeled.labels == [1, 2] && relabeled.bytes == [3, 4] && relabeled.sampleWeights == [3, 4])
    #expect(relabeled.classNames == ["cat", "owl", "dog"])
    #expect(try data().relabeled(["dog", "owl"]).labels == [0, 1, 1, 0])
  }

  @Test("need every class")
  func foreign() throws {
    #expect(throws: DatasetError.foreignClass(dataset: "x", name: "owl", known: ["cat", "dog"])) {
      try data().relabeled(["cat", "dog"])
    }
  }
}
