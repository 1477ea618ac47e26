import NeuralNetwork

/// The state that training changes: the variables of the model and the optimizer's slots.
final class Variables: Sendable {
  /// The flat buffer of all trainable variables.
  let parameters: FloatBuffer
  /// The flat buffer of all other variables, and the next values of those that the current step changes.
  let state: FloatBuffer
  let nextState: FloatBuffer
  /// The inference weights derived from the variables: see `Program.foldings`.
  let folded: FloatBuffer
  /// The optimizer's slots in sequence, each with the layout of `parameters`.
  let slots: FloatBuffer
  let slotStride: Int

  init(plan: ModelPlan, optimizer: any Optimizer, foldedCount: Int = 0) {
    slotStride = plan.trainableCount
    parameters = FloatBuffer(count: slotStride)
    state = FloatBuffer(count: plan.stateCount)
    nextState = FloatBuffer(count: plan.movingCount)
    folded = FloatBuffer(count: foldedCount)
    slots = FloatBuffer(count: slotStride * optimizer.slotNames.count)
    for slot in optimizer.slotNames.indices {
      (slots.start + slot * slotStride).update(repeating: optimizer.initialValue(ofSlot: slot), count: slotStride)
    }
  }
}

extension Variables {
  /// Makes the next values current; each training step computes `nextState` anew.
  func takeNextState() { state.start.update(from: nextState.start, count: nextState.count) }

  /// Copies the trainable variables to a slot of the optimizer.
  func copyParameters(toSlot slot: Int) {
    (slots.start + slot * slotStride).update(from: parameters.start, count: slotStride)
  }
}
