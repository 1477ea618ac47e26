import Configuration
import Kernels
import Testing

@testable import NeuralNetwork

@Suite("Adam")
struct OptimizerTests {
  @Test(
    "moves parameters, momentum and velocity as Keras does",
    arguments: ["adam_default", "adam_other"], InstructionSet.allCases.filter(\.isSupported))
  func matchesKeras(name: String, instructionSet: InstructionSet) throws {
    let golden = try Golden("optimizers/\(name)")
    let adam = try Adam(
      options: ConfigurationReader(golden.configuration(), path: "optimizer", keys: Adam.allOptionKeys))
    let start = try golden.values("start")
    let (gradients, count) = (try golden.values("gradients"), start.count)
    let (parameters, slots) = (FloatBuffer(count: count), FloatBuffer(count: 2 * count))
    parameters.start.update(from: start, count: count)
    for step in 0..<gradients.count / count {
      var gradient = Array(gradients[step * count..<(step + 1) * count])
      gradient.withUnsafeMutableBufferPointer { gradient in
        guard let start = gradient.baseAddress else { return }
        adam.update(
          VariableBlock(
            values: parameters.start, gradient: start, slots: slots.start, slotStride: count, count: count),
          stepSize: adam.stepSize(iteration: step, learningRate: adam.learningRate), kernels: instructionSet.kernels)
      }
      func expected(_ name: String) throws -> [Float] {
        Array(try golden.values(name)[step * count..<(step + 1) * count])
      }
      expectEqual(parameters.values, try expected("parameters"), tolerance: 1e-6, "parameters after step \(step)")
      expectEqual(
        Array(slots.values[..<count]), try expected("momentum"), tolerance: 1e-6, "momentum after step \(step)")
      expectEqual(
        Array(slots.values[count...]), try expected("velocity"), tolerance: 1e-6, "velocity after step \(step)")
    }
  }

  @Test("names an option out of range")
  func outOfRange() {
    let node = ConfigurationNode(mapping: [ConfigurationEntry("learning_rate", ConfigurationNode(.number(-1)))])
    #expect {
      try Adam(options: ConfigurationReader(node, path: "optimizer", keys: Adam.allOptionKeys))
    } throws: { error in
      "\(error)" == "optimizer.learning_rate: expected a number greater than 0. Received: -1.0"
    }
  }
}
