import Datasets
import Kernels
import NeuralNetwork
import Training

/// A model with its weights and, if known, its training state: the common content of all model files.
public struct TrainedModel: Sendable {
  /// The layers.
  public var model: Sequential
  /// The shape of a sample.
  public var inputShape: Shape
  /// The weights, in the order of `ModelPlan.variables` and Keras' shapes.
  public var weights: [Snapshot.Variable]
  /// The optimizer and its options.
  public var optimizer: any Optimizer
  /// The learning rate schedule; nil for a constant rate. It is written to Keras files if Keras has
  /// the same one: see `exportRemarks(_:)`.
  public var learningRateSchedule: LearningRateSchedule?
  /// The loss function.
  public var loss: any Loss
  /// The metrics.
  public var metrics: [any Metric]
  /// Whether optimizer, loss and metrics are known: if not, they are defaults, and are not written to Keras files.
  public var isCompiled = true
  /// The optimizer state; nil for a fresh optimizer.
  public var optimizerState: OptimizerState?
  /// The divisor of pixels (0 to 255) before they are passed to the model; nil if unknown, 1 for a model that starts
  /// with a Rescaling layer.
  public var scale: Float?
  /// The names of the classes, in the order of the outputs; nil if unknown.
  public var classNames: [String]?
  /// How pictures become inputs; nil if unknown.
  package var pictures: ImagePreparation?

  /// The state of an optimizer.
  public struct OptimizerState: Sendable, Equatable {
    /// The step count.
    public var iteration: Int
    /// The current learning rate.
    public var learningRate: Float
    /// The optimizer's slots, each with a variable per weight.
    public var slots: [[Snapshot.Variable]]

    /// Creates the state of an optimizer after `iteration` steps.
    public init(iteration: Int, learningRate: Float, slots: [[Snapshot.Variable]]) {
      self.iteration = iteration
      self.learningRate = learningRate
      self.slots = slots
    }
  }

  /// Creates a model from its parts.
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

  /// Creates the model from a training configuration and a snapshot.
  public init(_ training: TrainingConfiguration, inputShape: Shape, snapshot: Snapshot) {
    self.init(
      model: training.model, inputShape: inputShape, weights: snapshot.parameters, optimizer: training.optimizer,
      loss: training.loss, metrics: training.metrics,
      optimizerState: OptimizerState(
        iteration: snapshot.state.step, learningRate: snapshot.state.learningRate, slots: snapshot.slots),
      scale: training.scale)
    learningRateSchedule = training.learningRateSchedule
    classNames = training.classNames
    pictures = training.pictures
  }

  /// The model with its inferred shapes. It is not computed with, so any kernels are suitable.
  ///
  /// - Throws: `ModelError`.
  package func plan() throws -> ModelPlan {
    try model.plan(inputShape: inputShape)
  }

  /// A variable per trainable variable with the same number everywhere.
  package func constants(_ value: Float, _ plan: ModelPlan) -> [Snapshot.Variable] {
    plan.trainableVariables.map {
      Snapshot.Variable(path: $0.path, shape: $0.shape, values: [Float](repeating: value, count: $0.shape.count))
    }
  }

  /// The model with an additional first layer that divides pixels by `scale`.
  package func scalingPixels(by scale: Float) -> TrainedModel {
    guard scale != 1 else { return self }
    var scaling = self
    scaling.model = model.prepending(Rescaling(scale: 1 / Double(scale)))
    scaling.scale = 1
    return scaling
  }

  /// The training configuration for the writer of Keras' configuration, without the settings of a run.
  package var training: TrainingConfiguration {
    TrainingConfiguration(
      model: model, optimizer: optimizer, loss: loss, metrics: metrics, learningRateSchedule: learningRateSchedule)
  }
}
