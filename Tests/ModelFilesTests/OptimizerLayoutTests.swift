import HDF5Reading
import Martlet
import Testing

@testable import KerasFormat

@Suite("Optimizer state in the layouts of Keras 2")
struct OptimizerLayoutTests {
  /// - Returns: the slots by name, each with the values of the weights in their order.
  private func slots(_ name: String) throws -> (model: TrainedModel, stored: (String) throws -> [[Float]]) {
    let path = try KerasGolden.path("optimizers/\(name).h5")
    let group = try HDF5File(contentsOf: path).root.group("optimizer_weights")
    let model = try KerasModelFile(path: path).model(for: .training).model
    return (
      model,
      { pattern in
        try ["dense", "dense_1", "dense_2"].map { try group.read(pattern.replacing("*", with: $0)).values }
      }
    )
  }

  @Test("is read slot by slot for Adam with amsgrad")
  func amsgrad() throws {
    let (model, stored) = try slots("tf215-legacy-amsgrad")
    let state = try #require(model.optimizerState)
    #expect(state.iteration == 6)
    #expect(try state.slots.map { $0.map(\.values) } == ["m", "v", "vhat"].map { try stored("Adam/*/kernel/\($0):0") })
  }

  @Test("is read without the velocities that SGD does not use")
  func averages() throws {
    let (model, stored) = try slots("tf215-sgd-ema")
    let state = try #require(model.optimizerState)
    #expect(state.iteration == 6)
    #expect(try state.slots.map { $0.map(\.values) } == [stored("SGD/average/*/kernel:0")])
  }
}
