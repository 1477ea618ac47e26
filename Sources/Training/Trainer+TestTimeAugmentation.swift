import Datasets
import NeuralNetwork

extension Trainer {
  /// Computes the means of the model's outputs over views of each image; targets are ignored.
  ///
  /// - Throws: `TrainingError.noImages` if the model's inputs are not images; as `predict(_:)`.
  public func predict(_ dataset: Dataset, _ augmentation: TestTimeAugmentation) throws -> Prediction {
    try dataset.checkInputs(fit: plan)
    guard plan.inputShape.image != nil else { throw TrainingError.noImages(input: plan.inputShape) }
    var means: [Float] = []
    var last: Prediction?
    for view in augmentation.views {
      let prediction = try trainer(behind: view.layers, for: dataset).predict(dataset)
      if means.isEmpty { means = [Float](repeating: 0, count: prediction.values.count) }
      for (index, value) in prediction.values.enumerated() { means[index] += view.share * value }
      last = prediction
    }
    guard let last else { return try predict(dataset) }
    return Prediction(values: means, classes: last.classes, kind: last.kind, areClasses: last.areClasses)
  }

  /// Computes the loss and the metrics of the mean outputs over views of each image. The loss includes the penalties of
  /// weights, not those of activities.
  ///
  /// - Throws: as `predict(_:_:)` and `evaluate(_:)`.
  public func evaluate(_ dataset: Dataset, _ augmentation: TestTimeAugmentation) throws -> Evaluation {
    try dataset.check(fits: plan, configuration.loss)
    let prediction = try predict(dataset, augmentation)
    // The same sums as without augmentation, of a model that returns the means: a product with the identity matrix.
    let means = try dataset.replacingInputs(prediction.values, shape: [prediction.classes])
    var judging = configuration
    var identity = Dense(units: prediction.classes, useBias: false)
    identity.kernel.initializer = Identity()
    judging.model = Model([identity])
    // Its options may name variables of the model.
    judging.optimizer = SGD()
    judging.scale = 1
    let evaluation = try Trainer(
      judging, inputShape: means.shape, workerCount: workerCount, instructionSet: instructionSet
    ).evaluate(means)
    let penalty = memory.update.penalties.total(of: variables.parameters.start)
    return Evaluation(
      results: evaluation.results.map { $0.name == "loss" ? ($0.name, MetricValue(evaluation.loss + penalty)) : $0 },
      samples: evaluation.samples)
  }

  /// A trainer of the same weights with layers before the model.
  private func trainer(behind layers: [any Layer], for dataset: Dataset) throws -> Trainer {
    guard !layers.isEmpty else { return self }
    var viewing = configuration
    viewing.scale = configuration.scale(for: dataset.input)
    viewing.model = layers.reversed().reduce(configuration.model) { $0.prepending($1) }
    let trainer = try Trainer(
      viewing, inputShape: plan.inputShape, workerCount: workerCount, instructionSet: instructionSet)
    try trainer.setWeights(weights)
    return trainer
  }
}
