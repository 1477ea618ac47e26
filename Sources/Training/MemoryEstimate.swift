import NeuralNetwork
import SystemResources

/// The estimated memory of training and its checkpoints, computed before any allocation.
struct MemoryEstimate {
  /// Saturates at `Int.max`.
  let bytes: Int

  init(_ configuration: TrainingConfiguration, programs: Programs, division: StepDivision, workerCount: Int) {
    let slots = configuration.optimizer.slotNames.count
    // Parameters, the optimizer's slots, and the sum of the gradients.
    let buffers = 2 + slots
    let gradients =
      Int128(GradientReduction.bufferSize(programs.training))
      * Int128(division.gradientCount(ofShards: configuration.shards))
    // While a checkpoint is written: the copy in Keras' order, and the file. The best weights, which a callback may store,
    // are in that order, and in the file.
    let checkpoint = 2 * (2 + slots)
    let workspace =
      Workspace.count(
        for: programs.training, capacity: division.capacity(configuration),
        shards: division.shardCapacity(configuration), batch: configuration.batchSize)
      + Workspace.count(for: programs.inference, capacity: programs.inferenceCapacity, shards: 1)
    let plan = programs.training.plan
    // The limits of model, batch and workers together allow more than an `Int` holds.
    let floats =
      Int128(plan.trainableCount) * Int128(buffers + checkpoint) + gradients + Int128(plan.stateCount) * 6
      + Int128(workspace) * Int128(workerCount) + Int128(programs.inference.foldedCount)
      + Int128(BatchMemory.count(for: programs.training, capacity: configuration.batchSize))
    // Counts of each worker, and their sum; the history in memory, in a checkpoint and in its file.
    let outputs = plan.outputShape.count
    let numbers =
      Int128(configuration.countCount(outputs: outputs)) * Int128(workerCount + 3)
      + Int128(configuration.arrayCount(outputs: outputs)) * Int128(configuration.epochs) * 3
    bytes = Int(
      clamping: floats * Int128(MemoryLayout<Float>.size) + numbers * Int128(MemoryLayout<Double>.size))
  }

  /// - Throws: `TrainingError.tooLarge`.
  func check(available: Int = Memory.available) throws {
    guard bytes <= available else { throw TrainingError.tooLarge(bytes: bytes, available: available) }
  }
}

extension Trainer {
  /// The maximum number of bytes of training and its checkpoints, excluding the data.
  package var memoryNeeds: Int {
    MemoryEstimate(configuration, programs: programs, division: memory.division, workerCount: workerCount).bytes
  }
}
