import NeuralNetwork

/// A copy of all that a run needs to go on, in memory that is used again for the next copy.
///
/// Taking it costs the training no more than copying the bytes: putting them into Keras' order is left to whoever reads
/// the copy, on another thread.
package final class StateCopy: @unchecked Sendable {
  // Sendable: `BackgroundTask` runs one reader at a time, and the trainer's thread takes the next copy behind it.
  private let program: Program
  private let slotCount: Int
  private let variables: Variables
  package private(set) var state: RunState

  /// Takes a copy, of a trainer that may go on at once.
  package init(of trainer: Trainer) {
    program = trainer.program
    slotCount = trainer.configuration.optimizer.slotNames.count
    variables = Variables(plan: trainer.plan, optimizer: trainer.configuration.optimizer)
    state = trainer.state
    update(from: trainer)
  }

  /// Takes the copy anew, of the same trainer. Nobody may be reading the old one.
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
