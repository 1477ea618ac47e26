import Configuration
import Testing

@testable import Datasets

@Suite("Guesses of arrays by their names")
struct ArrayGuessTests {
  static let names: [(names: [String], options: [String: String])] = [
    (
      ["/test/x", "/test/y", "/train/x", "/train/y"],
      [
        "train_inputs": "/train/x", "train_targets": "/train/y", "test_inputs": "/test/x", "test_targets": "/test/y",
      ]
    ),
    (
      ["X_train", "y_train", "X_val", "w_val"],
      [
        "train_inputs": "X_train", "train_targets": "y_train", "validation_inputs": "X_val",
        "validation_weights": "w_val",
      ]
    ),
    (["images", "labels"], ["train_inputs": "images", "train_targets": "labels"]),
    (["test_images", "train_labels"], ["test_inputs": "test_images"]),
  ]

  @Test("find inputs, targets and weights of each part", arguments: names.indices)
  func paths(index: Int) throws {
    let paths = try #require(ArrayGuess.paths(among: Self.names[index].names))
    let options = paths.options.map { entry -> (String, String) in
      guard case .string(let path) = entry.node.value else { return (entry.key, "") }
      return (entry.key, path)
    }
    #expect(Dictionary(uniqueKeysWithValues: options) == Self.names[index].options)
  }

  @Test("need inputs of training or test data", arguments: [[], ["weights", "/model/kernel"], ["y_train", "x_val"]])
  func none(names: [String]) { #expect(ArrayGuess.paths(among: names) == nil) }
}
