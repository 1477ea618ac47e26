import NeuralNetwork

/// A copy of the complete state of a run, in memory that is reused for the next copy.
///
/// It costs the training thread only the copying of bytes: the reader converts them to Keras' order on another thread.
package final class StateCopy: @unchecked Sendable {
  // Sendable: `BackgroundTask` runs one reader at a time, and the trainer's thread updates the copy only after it.
  private let program: Program
  private let slotCount: Int
  private let variables: Variables
  package private(set) var state: RunState

  /// Copies the state of a trainer, which may continue at once.
  package init(of trainer: Trainer) {
    program = trainer.program
    slotCount = trainer.configuration.optimizer.slotNames.count
    variables = Variables(plan: trainer.plan, optimizer: trainer.configuration.optimizer)
    state = trainer.state
    update(from: trainer)
  }

  /// Updates the copy from the same trainer. The old copy must not be in use.
  package func update(from trainer: Trainer) {
    variables.copy(trainer.variables)
    state = trainer.state
  }

  /// The copy with each variable in Keras' order and shape.
  package func snapshot() -> Snapshot {
    let values = variables.read(program, slotCount: slotCount)
    return Snapshot(state: state, parameters: values.parameters, slots: values.slots)
  }
}
