import Kernels
import NeuralNetwork
import Training

/// A model with its weights and, where it is known, the training it stands in: what all files of models have in common.
public struct TrainedModel: Sendable {
  public var model: Sequential
  /// The shape of a sample.
  public var inputShape: Shape
  /// In the order of `ModelPlan.variables`, in Keras' shapes.
  public var weights: [Snapshot.Variable]
  public var optimizer: any Optimizer
  public var loss: any Loss
  public var metrics: [any Metric]
  /// Whether optimizer, loss and metrics are known: if not, they are stand-ins, and no file for Keras has them.
  public var isCompiled = true
  /// Nil if the optimizer starts from nothing.
  public var optimizerState: OptimizerState?
  /// What pixels (0 to 255) are divided by before they come to the model; nil if it is not known, 1 for a model that
  /// begins with a Rescaling of its own.
  public var scale: Float?

  /// What an optimizer has to remember.
  public struct OptimizerState: Sendable, Equatable {
    /// The steps it has made.
    public var iteration: Int
    public var learningRate: Float
    /// For each of the optimizer's slots: a variable for each weight.
    public var slots: [[Snapshot.Variable]]

    public init(iteration: Int, learningRate: Float, slots: [[Snapshot.Variable]]) {
      self.iteration = iteration
      self.learningRate = learningRate
      self.slots = slots
    }
  }

  public init(
    model: Sequential, inputShape: Shape, weights: [Snapshot.Variable], optimizer: any Optimizer, loss: any Loss,
    metrics: [any Metric], optimizerState: OptimizerState?, scale: Float? = nil
  ) {
    self.model = model
    self.inputShape = inputShape
    self.weights = weights
    self.optimizer = optimizer
    self.loss = loss
    self.metrics = metrics
    self.optimizerState = optimizerState
    self.scale = scale
  }

  /// The model of a training, as it stands in a snapshot.
  public init(_ training: TrainingConfiguration, inputShape: Shape, snapshot: Snapshot) {
    self.init(
      model: training.model, inputShape: inputShape, weights: snapshot.parameters, optimizer: training.optimizer,
      loss: training.loss, metrics: training.metrics,
      optimizerState: OptimizerState(
        iteration: snapshot.state.step, learningRate: snapshot.state.learningRate, slots: snapshot.slots),
      scale: training.scale)
  }

  /// The model with its shapes known. It is not computed with, so any kernels will do.
  ///
  /// - Throws: `ModelError`.
  package func plan() throws -> ModelPlan {
    try model.plan(inputShape: inputShape)
  }

  /// A variable of zeros for each trainable one.
  package func weightsOfZero(_ plan: ModelPlan) -> [Snapshot.Variable] {
    plan.trainableVariables.map {
      Snapshot.Variable(path: $0.path, shape: $0.shape, values: [Float](repeating: 0, count: $0.shape.count))
    }
  }

  /// The same model with a first layer that divides pixels by `scale`.
  package func scalingPixels(by scale: Float) -> TrainedModel {
    guard scale != 1 else { return self }
    var scaling = self
    scaling.model = model.prepending(Rescaling(scale: 1 / Double(scale)))
    scaling.scale = 1
    return scaling
  }

  /// The training as the writer of Keras' configuration takes it; the numbers of a run are not in it.
  package var training: TrainingConfiguration {
    TrainingConfiguration(model: model, optimizer: optimizer, loss: loss, metrics: metrics)
  }
}
