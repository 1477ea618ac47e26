import NeuralNetwork

/// The numbers that training changes: the parameters, and what the optimizer keeps for each.
final class Variables: Sendable {
  /// The flat buffer of all parameters.
  let parameters: FloatBuffer
  /// The optimizer's slots, one after the other, each laid out as the parameters.
  let slots: FloatBuffer
  let slotStride: Int

  init(network: Network, optimizer: any Optimizer) {
    slotStride = network.bufferCount
    parameters = FloatBuffer(count: slotStride)
    slots = FloatBuffer(count: slotStride * optimizer.slotNames.count)
  }
}

extension Variables {
  /// Takes over all values of the variables of the same network.
  func copy(_ other: Variables) {
    precondition(slots.count == other.slots.count, "\(other.slots.count) values for \(slots.count)")
    parameters.start.update(from: other.parameters.start, count: parameters.count)
    slots.start.update(from: other.slots.start, count: slots.count)
  }
}
