/// The blocks of parameters whose gradients are summed and used for the update at a time. Where a block ends shows in no
/// bit of the result.
struct ParameterBlocks: Sendable {
  /// Small enough for the first-level cache. Blocks are larger only where they would be more tasks than a phase may have.
  private static let smallestBlock = 2048

  /// The floats of the parameter buffer, and those of a block.
  private let floats: Int
  private let blockSize: Int

  init(floats: Int) {
    self.floats = floats
    let most = WorkerTeam.maximumTasks * Self.smallestBlock
    blockSize = Self.smallestBlock * max((floats + most - 1) / most, 1)
  }

  var count: Int { (floats + blockSize - 1) / blockSize }

  /// The parameters of one block.
  func range(ofBlock block: Int) -> Range<Int> { block * blockSize..<min((block + 1) * blockSize, floats) }
}
