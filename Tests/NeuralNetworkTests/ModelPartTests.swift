import Configuration
import Testing

@testable import NeuralNetwork

@Suite("Parts of models")
struct ModelPartTests {
  /// A residual block, then a head of two layers.
  private static let model: Model = {
    var model = Model()
    let stem = model.append(Conv2D(filters: 4, kernelSize: [1, 1]), name: "stem")
    let body = model.append(Conv2D(filters: 4, kernelSize: [3, 3], padding: .same), activityRegularizer: L2())
    model.append(Add(), inputs: [stem, body])
    model.append(GlobalAveragePooling2D(), name: "pool")
    model.append(Dense(units: 9), isTrainable: false)
    model.append(Dense(units: 5, activation: .softmax))
    return model
  }()

  @Test("end with a layer, have what it needs, and keep names, freezing and penalties")
  func parts() throws {
    let names = ["stem", "conv2d", "add", "pool", "dense", "dense_1"]
    try #require(Self.model.layerNames == names)
    for (index, count) in [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)] {
      let part = Self.model.part(endingWith: index)
      #expect(part.layerNames == Array(names[..<count]))
      #expect(part.nodes.map(\.isTrainable) == Self.model.nodes[..<count].map(\.isTrainable))
      #expect(part.nodes.map { $0.activityRegularizer != nil } == (0..<count).map { $0 == 1 })
      #expect(throws: Never.self) { try part.plan(inputShape: [5, 5, 3]) }
    }
    #expect(Self.model.part(endingWith: 5).isSame(as: Self.model))
    // The other branch is left out.
    var forked = Self.model.part(endingWith: 0)
    forked.append(ReLU(), name: "unused")
    forked.append(Flatten(), name: "flat", inputs: [.node(0)])
    #expect(forked.part(endingWith: 2).layerNames == ["stem", "flat"])
  }

  @Test("are followed by the layers of another model, with names of their own")
  func heads() throws {
    var model = Self.model.part(endingWith: 3)
    var head = Model([Dropout(rate: 0.5)])
    let dropout = head.output
    let one = head.append(Dense(units: 3), inputs: [.input])
    let other = head.append(Dense(units: 3), name: "other", inputs: [dropout])
    head.append(Add(), inputs: [one, other])
    model.append(layersOf: head)
    #expect(model.layerNames == ["stem", "conv2d", "add", "pool", "dropout", "dense", "other", "add_1"])
    #expect(model.nodes[5].inputs == [.node(3)] && model.nodes[6].inputs == [.node(4)])
    #expect(model.nodes[7].inputs == [.node(5), .node(6)])
    let read = try Model(configuration: model.configuration, path: "model")
    #expect(read.configuration == model.configuration && read.layerNames == model.layerNames)
    #expect(try model.plan(inputShape: [5, 5, 3]).outputShape == [3])
  }

  @Test("are frozen by patterns of names; a pattern of no layer is refused with the names there are")
  func freezing() throws {
    var model = Self.model
    try model.freeze(["conv2d*", "st?m"], path: "fit.freeze")
    #expect(model.nodes.map(\.isTrainable) == [false, false, true, true, false, true])
    #expect {
      try model.freeze(["block*"], path: "fit.freeze", line: 7)
    } throws: {
      "\($0)".hasSuffix(
        "fit.freeze: no layer matches 'block*'. The layers are stem, conv2d, add, pool, dense, dense_1.")
    }
  }
}
