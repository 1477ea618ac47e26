/// Initial weights loaded from a checkpoint or a Keras file, instead of random ones.
///
/// They are assigned to the layers of the run's model in order, and must match in number and shapes. Everything else in
/// the file (optimizer, loss, layer options) is ignored in favor of the run's configuration.
package struct InitialWeights: Sendable {
  package let path: String
  private let source: Source

  private enum Source: Sendable {
    case checkpoint(Checkpoint)
    case keras(KerasModelFile)
  }

  /// Reads the whole file.
  ///
  /// - Throws: `FileError`; `CheckpointError`, `ModelFileError`, `ZipError` or `HDF5Error` if it is corrupt, or not a
  ///   file with weights.
  package init(path: String) throws {
    self.path = path
    do {
      source = .checkpoint(try Checkpoint(path: path))
    } catch CheckpointError.foreign {
      source = .keras(try KerasModelFile(path: path))
    }
  }

  /// The total divisor of the pixels; nil if the file does not state it.
  package var scale: Float? {
    switch source {
    case .checkpoint(let saved): saved.configuration.training.pixelDivisor
    case .keras(let file): file.scale
    }
  }

  /// The weights for the parameters of `plan`, in their order.
  ///
  /// - Throws: `ModelFileError.Problem.weights`, naming the layer and both shapes, if they do not match.
  func variables(for plan: ModelPlan) throws -> [Snapshot.Variable] {
    switch source {
    case .checkpoint(let saved): try variables(saved.snapshot.parameters, for: plan)
    case .keras(let file): try file.weights(for: plan)
    }
  }

  private func variables(_ saved: [Snapshot.Variable], for plan: ModelPlan) throws -> [Snapshot.Variable] {
    for (index, parameter) in plan.variables.enumerated() {
      let own = "'\(parameter.specification.name)' of layer '\(parameter.layerName)'"
      guard index < saved.count else { throw mismatch("it has none for \(own)") }
      let shape = parameter.shape
      guard saved[index].shape == shape else {
        throw mismatch("'\(saved[index].path)' has the shape \(saved[index].shape), \(own) needs \(shape)")
      }
    }
    if saved.count > plan.variables.count {
      throw mismatch("it has '\(saved[plan.variables.count].path)', for which the model has no layer")
    }
    return zip(saved, plan.variables).map { variable, parameter in
      Snapshot.Variable(path: parameter.path, shape: variable.shape, values: variable.values)
    }
  }

  private func mismatch(_ reason: String) -> ModelFileError { ModelFileError(file: path, .weights(reason: reason)) }
}
