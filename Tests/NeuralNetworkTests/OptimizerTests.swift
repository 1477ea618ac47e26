import Configuration
import KerasGolden
import RunConfiguration
import Testing

@testable import NeuralNetwork

/// The options of optimizers; `OptimizerConformanceTests` covers their updates.
@Suite("Options of every optimizer in the catalog")
struct OptimizerTests {
  static let names = Catalog.optimizers.names

  private func type(_ name: String) throws -> any Optimizer.Type {
    try #require(Catalog.optimizers.all.first { $0.name == name })
  }

  private func optimizer(_ name: String, _ yaml: String) throws -> any Optimizer {
    let type = try type(name)
    return try type.init(
      options: ConfigurationReader(YAMLDocument.parse(yaml), path: "optimizer", keys: type.allOptionKeys))
  }

  @Test("round-trip", arguments: Golden.cases("optimizers"))
  func roundTrip(name: String) throws {
    let golden = try Golden("optimizers/\(name)")
    let className = try golden.attribute("optimizer")
    let type = try #require(Catalog.optimizers.all.first { $0.className == className })
    let optimizer = try type.init(
      options: ConfigurationReader(golden.node("configuration"), path: "optimizer", keys: type.allOptionKeys))
    let text = try YAMLDocument.text(ConfigurationNode(mapping: optimizer.allOptions))
    let read = try self.optimizer(type.name, text)
    #expect(read.allOptions == optimizer.allOptions)
    #expect(optimizer.options.map(\.key) == type.optionKeys)
    // They include the options of the Keras case.
    guard case .mapping(let given) = try golden.node("configuration").value else { return }
    for entry in given {
      #expect(optimizer.allOptions.first { $0.key == entry.key }?.node.json == entry.node.json, "\(entry.key)")
    }
  }

  @Test(
    "out of range are named, with the value", arguments: names,
    [
      ("learning_rate: -1", "optimizer.learning_rate: expected a number greater than 0. Received: -1"),
      ("clipnorm: 0", "optimizer.clipnorm: expected a number greater than 0. Received: 0"),
      ("clipvalue: -0.5", "optimizer.clipvalue: expected a number greater than 0. Received: -0.5"),
      ("global_clipnorm: -2", "optimizer.global_clipnorm: expected a number greater than 0. Received: -2"),
      ("weight_decay: -0.1", "optimizer.weight_decay: expected a number of 0 or more. Received: -0.1"),
      (
        "{clipnorm: 1, global_clipnorm: 1}",
        "optimizer.clipnorm: use one of clipnorm, clipvalue and global_clipnorm."
      ),
      (
        "{clipvalue: 1, global_clipnorm: 1}",
        "optimizer.clipvalue: use one of clipnorm, clipvalue and global_clipnorm."
      ),
    ])
  func outOfRange(name: String, refusal: (yaml: String, message: String)) {
    let error = #expect(throws: ConfigurationError.self) { try optimizer(name, refusal.yaml) }
    var message = error
    message?.line = nil
    #expect(message.map { "\($0)" } == refusal.message)
  }

  @Test(
    "of RMSprop decide what it keeps of each weight",
    arguments: [
      ("{}", ["velocity"]), ("{momentum: 0.5}", ["velocity", "momentum"]),
      ("{centered: true}", ["velocity", "average_gradient"]),
      ("{momentum: 0.5, centered: true}", ["velocity", "momentum", "average_gradient"]),
    ])
  func slots(yaml: String, names: [String]) throws {
    #expect(try optimizer("rmsprop", yaml).slotNames == names)
  }

  @Test(
    "of RMSprop out of range are named, with the value",
    arguments: [
      ("rho: 1", "optimizer.rho: expected a number of 0 or more and less than 1. Received: 1"),
      ("momentum: -0.1", "optimizer.momentum: expected a number of 0 or more and less than 1. Received: -0.1"),
      ("epsilon: 0", "optimizer.epsilon: expected a number greater than 0. Received: 0"),
    ])
  func rmspropOutOfRange(yaml: String, message: String) {
    var error = #expect(throws: ConfigurationError.self) { try optimizer("rmsprop", yaml) }
    error?.line = nil
    #expect(error.map { "\($0)" } == message)
  }
}
