import Kernels
import Testing

@testable import NeuralNetwork

@Suite("Tasks of variable gradients")
struct VariableGradientTasksTests {
  private let shards = 4

  private func program() throws -> Program {
    let model = Sequential([
      Conv2D(filters: 8, kernelSize: [3, 3]), BatchNormalization(), Activation(.relu), Flatten(),
      Dense(units: 100, activation: .relu), Dense(units: 10, activation: .softmax),
    ])
    return try model.plan(inputShape: [16, 16, 3])
      .compile(mode: .training, kernels: InstructionSet.bestSupported.kernels)
  }

  /// All variables of each operation that has some: of all shards, if it does not sum over them itself.
  @Test("cover all parts of each shard once", arguments: [1, 2, 5, 16, 64])
  func coverage(workers: Int) throws {
    let program = try program()
    let tasks = VariableGradientTasks(program, shards: shards, workers: workers)
    for shards in 1...shards {
      let all = (0..<tasks.count(shards: shards)).map { tasks.task($0, shards: shards) }
      for index in program.operations.indices where program.hasVariableGradients(of: index) {
        let own = all.filter { $0.operation == index }
        let parts = try #require(own.first).part.count
        #expect(parts <= program.operations[index].operation.gradientParts)
        #expect(own.allSatisfy { $0.part.count == parts })
        let sumsShards = program.operations[index].treeOperation != nil
        let pairs = Set(own.map { [$0.shard, $0.part.index] })
        #expect(pairs.count == own.count && own.count == parts * (sumsShards ? 1 : shards))
      }
      #expect(Set(all.map(\.operation)) == Set(program.operations.indices.filter(program.hasVariableGradients)))
    }
  }

  @Test("are more for more workers, so that none is left without")
  func number() throws {
    let program = try program()
    let counts = [1, 16, 64].map { VariableGradientTasks(program, shards: shards, workers: $0).count(shards: shards) }
    // The convolution has four tasks, one for each shard, and each dense layer one.
    #expect(counts[0] <= 8)
    #expect(counts[1] >= 16)
    #expect(counts[2] > counts[1])
  }

  @Test("share items among parts without gaps", arguments: [(10, 3), (8, 8), (100, 13), (1, 1)])
  func ranges(items: Int, count: Int) {
    let ranges = (0..<count).map { GradientPart(index: $0, count: count).range(of: items) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<items))
    #expect(ranges.map(\.count).max() ?? 0 <= (items + count - 1) / count)
    #expect(GradientPart.whole.range(of: items) == 0..<items)
  }
}
