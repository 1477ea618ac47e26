import Configuration
import RunConfiguration
import Testing

@testable import NeuralNetwork

@Suite("A residual block")
struct ResidualBlockTests {
  private static func model(_ yaml: String) throws -> Model {
    try Model(configuration: YAMLDocument.parse(yaml), path: "model")
  }

  @Test("is the graph that its layers, an add and inputs describe")
  func graph() throws {
    let block = try Self.model(
      """
      - conv2d: {filters: 4, kernel_size: 1, name: stem}
      - residual:
          body:
            - conv2d: {filters: 8, kernel_size: 3, padding: same, strides: 2}
            - relu
            - residual: {body: [conv2d: {filters: 8, kernel_size: 3, padding: same}, relu]}
          shortcut:
            - conv2d: {filters: 8, kernel_size: 1, strides: 2, name: projection}
            - batch_normalization
      - relu
      """)
    let written = try Self.model(
      """
      - conv2d: {filters: 4, kernel_size: 1, name: stem}
      - conv2d: {filters: 8, kernel_size: 3, padding: same, strides: 2}
      - relu
      - conv2d: {filters: 8, kernel_size: 3, padding: same}
      - relu
      - add: {inputs: [relu_1, relu]}
      - conv2d: {filters: 8, kernel_size: 1, strides: 2, name: projection, inputs: [stem]}
      - batch_normalization
      - add: {inputs: [add, batch_normalization]}
      - relu
      """)
    #expect(block.configuration == written.configuration)
    #expect(try Model(configuration: block.configuration, path: "model").configuration == block.configuration)
    #expect(try block.plan(inputShape: [6, 6, 3]).outputShape == [3, 3, 8])
  }

  @Test("can begin a model, and read its input")
  func first() throws {
    let model = try Self.model("- residual: {body: [dense: 3, relu]}\n- dense: 2")
    #expect(model.nodes.map(\.inputs) == [[.input], [.node(0)], [.node(1), .input], [.node(2)]])
    #expect(try model.plan(inputShape: [3]).outputShape == [2])
  }

  @Test(
    "that is none is refused with its place",
    arguments: [
      ("- residual: relu", "model[0].residual"), ("- residual: {shortcut: [relu]}", "model[0].residual"),
      ("- residual: {body: []}", "model[0].residual.body"), ("- residual: {body: relu}", "model[0].residual.body"),
      ("- residual: {body: [relu], name: a}", "model[0].residual"),
      ("- residual: {body: [relu, dens: 3]}", "model[0].residual.body[1]"),
      ("- residual: {body: [relu], shortcut: 1}", "model[0].residual.shortcut"),
    ])
  func refusals(yaml: String, path: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try Self.model(yaml) }
    #expect(error?.path == path && error?.line == 1, "\(error.map { "\($0)" } ?? "")")
  }
}
