import Martlet
import Testing

@testable import KerasFormat

/// The classes of Keras 3.15.1 by which a script describes training: which Martlet has, and that it refuses the others by
/// name.
@Suite("Of Keras' parts of training")
struct KerasCatalogTests {
  private static func refusal(_ old: String, _ new: String) throws -> String? {
    let file = try KerasGolden.changed("keras315-lesson.h5", old, new)
    do {
      let notes = try file.model(for: .training).notes
      return notes.first
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "losses are read or refused by name",
    arguments: [
      "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
      "CategoricalHinge", "CosineSimilarity", "Hinge", "Huber", "KLDivergence", "LogCosh", "MeanAbsoluteError",
      "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
      "SparseCategoricalCrossentropy", "SquaredHinge", "CTC", "CategoricalGeneralizedCrossEntropy", "Circle", "Dice",
      "Tversky",
    ])
  func losses(name: String) throws {
    let message = try Self.refusal(
      #""loss": "categorical_crossentropy""#, #""loss": {"class_name": "\#(name)", "config": {}}"#)
    let has = Catalog.losses.all.contains { String(describing: $0) == name }
    #expect(has == (message == nil), "\(message ?? "")")
    if !has { #expect(message?.contains("the loss \(KerasName.snakeCase(name)) is not supported") == true) }
    #expect(has == !["CTC", "CategoricalGeneralizedCrossEntropy", "Circle", "Dice", "Tversky"].contains(name))
  }

  @Test(
    "optimizers are read or refused by name",
    arguments: [
      "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "Nadam", "RMSprop", "SGD", "Adafactor", "Ftrl", "Lamb",
      "LossScaleOptimizer", "MultiOptimizer", "Muon", "ScheduleFreeAdamW",
    ])
  func optimizers(name: String) throws {
    let has = Catalog.optimizers.all.contains { $0.className == name }
    #expect(
      has
        == !["Adafactor", "Ftrl", "Lamb", "LossScaleOptimizer", "MultiOptimizer", "Muon", "ScheduleFreeAdamW"].contains(
          name))
    if has { return }
    let message = try Self.refusal(#""class_name": "Adam""#, #""class_name": "\#(name)""#)
    #expect(message?.contains("the optimizer \(name) is not supported. Supported: Adam") == true)
  }

  @Test(
    "metrics are read, or noted as not measured",
    arguments: [
      "AUC", "BinaryAccuracy", "BinaryCrossentropy", "CategoricalAccuracy", "CategoricalCrossentropy",
      "CategoricalHinge", "CosineSimilarity", "Hinge", "KLDivergence", "LogCoshError", "MeanAbsoluteError",
      "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson", "Precision",
      "Recall", "RootMeanSquaredError", "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
      "SparseTopKCategoricalAccuracy", "SquaredHinge", "TopKCategoricalAccuracy", "F1Score", "FBetaScore",
    ])
  func metrics(name: String) throws {
    let message = try Self.refusal(
      #""metrics": ["accuracy"]"#, #""metrics": [{"class_name": "\#(name)", "config": {"dtype": "float32"}}]"#)
    #expect(message == nil)
  }

  @Test(
    "other metrics are noted as not measured",
    arguments: [
      "BinaryIoU", "ConcordanceCorrelation", "FalseNegatives", "FalsePositives", "IoU", "Mean",
      "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "PearsonCorrelation", "PrecisionAtRecall", "R2Score",
      "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity", "Sum", "TrueNegatives",
      "TruePositives",
    ])
  func otherMetrics(name: String) throws {
    let message = try Self.refusal(
      #""metrics": ["accuracy"]"#, #""metrics": [{"class_name": "\#(name)", "config": {}}]"#)
    #expect(message == "the metric \(KerasName.snakeCase(name)) is not supported, and not measured")
  }

  @Test(
    "regularizers, constraints and initializers are read",
    arguments: [
      ("kernel_regularizer", ["L1", "L2", "L1L2"]),
      ("kernel_constraint", ["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"]),
      (
        "kernel_initializer",
        [
          "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Ones",
          "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros",
        ]
      ),
    ])
  func weights(key: String, names: [String]) throws {
    for name in names {
      let node = try JSONDocument.parse(#"{"class_name": "\#(name)", "config": {}}"#)
      let object = try JSONDocument.parse(
        #"{"class_name": "Dense", "config": {"name": "x", "units": 3, "\#(key)": \#(node.json)}}"#)
      var omissions = KerasOmissions(purpose: .training, file: "m")
      let layer = try KerasLayer(object, index: 0, omissions: &omissions, file: "m")
      #expect(omissions.notes.isEmpty)
      guard case .computed(let computed, _) = layer.kind else { continue }
      let isDefault = name == "GlorotUniform"
      #expect(isDefault != computed.options.contains { $0.key == key }, "\(name)")
    }
  }

  @Test(
    "schedules are read",
    arguments: [
      ("CosineDecay", #""decay_steps": 5, "alpha": 0.0, "warmup_target": null, "warmup_steps": 0"#),
      ("CosineDecayRestarts", #""first_decay_steps": 5, "t_mul": 2.0, "m_mul": 1.0, "alpha": 0.0"#),
      ("ExponentialDecay", #""decay_steps": 5, "decay_rate": 0.5, "staircase": true"#),
      ("InverseTimeDecay", #""decay_steps": 5, "decay_rate": 0.5, "staircase": false"#),
      ("PiecewiseConstantDecay", #""boundaries": [5], "values": [0.1, 0.2]"#),
      ("PolynomialDecay", #""decay_steps": 5, "end_learning_rate": 0.0001, "power": 1.0, "cycle": false"#),
    ])
  func schedules(name: String, options: String) throws {
    let rate = name == "PiecewiseConstantDecay" ? "" : #""initial_learning_rate": 0.1, "#
    let optimizer = try JSONDocument.parse(
      #"{"learning_rate": {"class_name": "\#(name)", "config": {\#(rate)\#(options), "name": null}}}"#)
    let schedule = try #require(try KerasSchedule(optimizer, file: "m"))
    #expect(schedule.options["learning_rate"] == 0.1)
    #expect(type(of: schedule.schedule.form).className == name)
    // A warm-up of Keras starts elsewhere.
    let warming = try JSONDocument.parse(
      #"{"learning_rate": {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "#
        + #""warmup_target": 0.2}}}"#)
    #expect(throws: ModelFileError.self) { try KerasSchedule(warming, file: "m") }
  }
}
