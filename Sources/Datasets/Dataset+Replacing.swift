import Tensors

extension Dataset {
  /// The data set with other inputs: one for each of its samples, in their order.
  ///
  /// - Throws: `DatasetError` if an input is not finite.
  package func replacingInputs(_ values: [Float], shape: Shape) throws -> Dataset {
    let samples = (0..<count).map { selection[$0] }
    let targets = targets.map { targets -> Targets in
      switch targets {
      case .labels(let labels): .labels(samples.map { labels[$0] })
      case .values(let values, let shape):
        .values(samples.flatMap { values[$0 * shape.count..<($0 + 1) * shape.count] }, shape: shape)
      }
    }
    return try Dataset(
      name: name, shape: shape, inputs: .floats(values), targets: targets,
      weights: weights.map { weights in samples.map { weights[$0] } }, classNames: classNames)
  }
}
