import Foundation
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// Unsupported options that change the result are refused by name, never ignored.
@Suite("Keras options")
struct KerasRefusalTests {
  private func message(_ file: String, _ old: String, _ new: String) throws -> String {
    let model = try KerasGolden.changed(file, old, new)
    return "\(try #require(throws: (any Error).self) { _ = try model.model(for: .training) })"
  }

  /// In `keras315-lesson.h5`: a text, its replacement, and the message.
  static let refused: [(old: String, new: String, message: String)] = [
    (
      #""dilation_rate": [1, 1]"#, #""dilation_rate": [0, 1]"#,
      "m: layer 'first' (Conv2D).dilation_rate: expected two integers [height, width], each from 1 to"
    ),
    (
      #""groups": 1"#, #""groups": 2"#,
      "m: layer 'first' (Conv2D).groups: 3 filters cannot be divided into 2 groups of one size."
    ),
    (
      #""data_format": "channels_last""#, #""data_format": "channels_first""#,
      "m: layer 'first' (Conv2D): the option data_format is \"channels_first\", which is not supported. "
        + "Accepted: channels_last."
    ),
    (
      #""kernel_regularizer": null"#,
      #""kernel_regularizer": {"class_name": "OrthogonalRegularizer", "config": {"factor": 0.01}}"#,
      "m: layer 'first' (Conv2D): the option kernel_regularizer is {"
    ),
    (
      #""activity_regularizer": null"#, #""activity_regularizer": "l3""#,
      "m: layer 'first' (Conv2D): the option activity_regularizer is \"l3\""
    ),
    (
      #""kernel_constraint": null"#, #""kernel_constraint": "nonneg""#,
      "m: layer 'first' (Conv2D): the option kernel_constr"
    ),
    (
      #""trainable": true"#, #""trainable": "no""#,
      "m: the model: the option trainable is \"no\", which is not supported. Accepted: true or false."
    ),
    (
      #""name": "first", "trainable": true"#, #""name": "first", "trainable": 0"#,
      "m: layer 'first' (Conv2D): the option trainable is 0, which is not supported."
    ),
    (#"{"name": "float32"}"#, #"{"name": "mixed_float16"}"#, "m: the model: the option dtype is {"),
    (#""padding": "valid""#, #""padding": "causal""#, "m: layer 'first' (Conv2D).padding: unknown padding 'causal'."),
    (
      #""activation": "relu""#, #""activation": "celu""#,
      "m: layer 'first' (Conv2D).activation: unknown activation 'celu'."
    ),
    (
      #""filters": 3"#, #""filters": 3, "quantum": 1"#,
      "m: layer 'first' (Conv2D): the option quantum is 1, which is not supported. Accepted: it is not supported."
    ),
    (#""filters": 3"#, #""filters": 4"#, "m: its weights do not fit the model: '"),
    (#""filters": 3"#, #""filters": -3"#, "m: layer 'first' (Conv2D).filters: expected an integer"),
    (
      #""class_name": "MaxPooling2D""#, #""class_name": "GlobalMaxPooling1D""#,
      "m: layer 'max_pooling2d' is a GlobalMaxPooling1D, which is not supported. Supported layers: Conv2D, "
        + "MaxPooling2D, AveragePooling2D, Flatten, Dense, Activation"
    ),
    (
      #""class_name": "Sequential""#, #""class_name": "Functional""#,
      "m: is malformed: a layer has no name or no inputs."
    ),
    (#""class_name": "Adam""#, #""class_name": "Ftrl""#, "m: the optimizer Ftrl is not supported. Supported: Adam"),
    (
      #""gradient_accumulation_steps": null"#, #""gradient_accumulation_steps": 1"#,
      "m: the optimizer Adam.gradient_accumulation_steps: expected an integer from 2 to"
    ),
    (
      #""weight_decay": null"#, #""weight_decay": -0.004"#,
      "m: the optimizer Adam.weight_decay: expected a number of 0 or more. Received: -0.004"
    ),
    (
      #""clipnorm": null, "global_clipnorm": null"#, #""clipnorm": 1.0, "global_clipnorm": 2.0"#,
      "m: the optimizer Adam.clipnorm: use one of clipnorm, clipvalue and global_clipnorm."
    ),
    (
      #""loss_scale_factor": null"#, #""loss_scale_factor": 1024.0"#,
      "m: the optimizer Adam.loss_scale_factor: scaling the loss is not supported"
    ),
    (
      #""learning_rate": 0.009999999776482582"#, #""learning_rate": {"class_name": "ExponentialDecay"}"#,
      "m: is malformed: the learning rate schedule has no class_name and config."
    ),
    (
      #""loss": "categorical_crossentropy""#, #""loss": "dice""#,
      "m: the loss dice is not supported. Supported: categ"
    ),
    (
      #""loss": "categorical_crossentropy""#,
      #""loss": {"class_name": "SparseCategoricalCrossentropy", "config": {"ignore_class": 3}}"#,
      "m: the loss SparseCategoricalCrossentropy: the option ignore_class is 3, which is not supported. Accepted: null."
    ),
    (
      #""loss": "categorical_crossentropy""#,
      #""loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": "yes"}}"#,
      "m: the loss CategoricalCrossentropy.from_logits: expected true or false. Received: \"yes\""
    ),
    (#""loss_weights": null"#, #""loss_weights": [0.5]"#, "m: the training: the option loss_weights is [0.5]"),
    ("[null, 8, 8, 1]", "[null, 8000, 8000, 1]", "m: the input: the option shape is [null, 8000, 8000, 1]"),
    ("[null, 8, 8, 1]", "[null, null, 8, 1]", "m: the input: the option shape is [null, null, 8, 1],"),
    ("{", "", "m: not JSON: extra content after the document"),
  ]

  @Test("that change the result are refused by name", arguments: refused.indices)
  func refusal(index: Int) throws {
    let (old, new, expected) = Self.refused[index]
    let message = try message("keras315-lesson.h5", old, new)
    #expect(message.contains(expected), "\(message)")
  }

  /// Equivalent spellings, in a file of each version.
  static let accepted: [(file: String, old: String, new: String)] = [
    ("keras315-lesson.h5", #""class_name": "MaxPooling2D""#, #""class_name": "MaxPool2D""#),
    ("keras315-lesson.h5", #""class_name": "Conv2D""#, #""class_name": "Convolution2D""#),
    ("tfkeras221-other.h5", #""class_name": "AveragePooling2D""#, #""class_name": "AvgPool2D""#),
    (
      "tfkeras221-lesson.h5", #""dtype": "float32""#,
      #""dtype": {"class_name": "Policy", "config": {"name": "float32"}}"#
    ),
    ("tfkeras221-lesson.h5", #""class_name": "GlorotUniform""#, #""class_name": "GlorotUniformV2""#),
    (
      "tfkeras221-lesson.h5",
      #"{"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": null}, "registered_name": null}"#,
      #"{"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null}}"#
    ),
    (
      "keras315-lesson.h5", #""loss": "categorical_crossentropy""#,
      #""loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": false, "reduction": "auto"}}"#
    ),
    (
      "keras315-lesson.h5", #""loss": "categorical_crossentropy""#,
      #""loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": true}}"#
    ),
    (
      "keras315-lesson.h5", #""loss": "categorical_crossentropy""#,
      #""loss": {"class_name": "function", "config": "categorical_crossentropy", "module": "builtins"}"#
    ),
    ("keras315-lesson.h5", #""dilation_rate": [1, 1]"#, #""dilation_rate": 1"#),
    ("keras315-lesson.h5", #""metrics": ["accuracy"]"#, #""metrics": [["acc"]]"#),
  ]

  @Test("are read in every equivalent spelling", arguments: accepted.indices)
  func spelling(index: Int) throws {
    let (file, old, new) = Self.accepted[index]
    let imported = try KerasGolden.changed(file, old, new).model(for: .training)
    #expect(imported.notes.isEmpty, "\(imported.notes)")
    #expect(imported.model.weights.map(\.values) == (try KerasGolden(file).state().weights))
  }

  @Test("are noted if they are unsupported metrics or initializers")
  func notes() throws {
    let metric = try KerasGolden.changed(
      "keras315-lesson.h5", #""metrics": ["accuracy"]"#, #""metrics": ["accuracy", "r2_score"]"#)
    #expect(try metric.model(for: .training).notes == ["the metric r2_score is not supported, and not measured"])
    let initializer = try KerasGolden.changed("tfkeras221-lesson.h5", "GlorotUniform", "HeOdd")
    #expect(
      try initializer.model(for: .training).notes == [
        "layer 'first' (Conv2D): kernel_initializer is \"HeOdd\"; training from scratch uses GlorotUniform here"
      ])
  }

  @Test("of the same kind are noted in one line")
  func severalNotes() throws {
    let metrics = try KerasGolden.changed(
      "keras315-lesson.h5", #""metrics": ["accuracy"]"#, #""metrics": ["f1", "accuracy", "r2_score"]"#)
    #expect(try metrics.model(for: .training).notes == ["the metrics f1, r2_score are not supported, and not measured"])
    let initializers = try KerasGolden.changed("tfkeras221-lesson.h5", "GlorotUniform", "HeOdd", count: .max)
    #expect(
      try initializers.model(for: .training).notes == [
        "layer 'first' (Conv2D) and 2 other layers: kernel_initializer is \"HeOdd\"; training from scratch uses "
          + "GlorotUniform here"
      ])
    #expect(try initializers.model(for: .predicting).notes.isEmpty)
  }

  @Test("of training do not prevent prediction")
  func purposes() throws {
    let sgd = try KerasGolden.changed("keras315-lesson.h5", #""class_name": "Adam""#, #""class_name": "SGD""#)
    #expect(throws: ModelFileError.self) { try sgd.model(for: .training) }
    #expect(try sgd.model(for: .trainingAnew).model.optimizerState == nil)
    let dice = try KerasGolden.changed(
      "keras315-lesson.h5", #""loss": "categorical_crossentropy""#, #""loss": "dice""#)
    #expect(throws: ModelFileError.self) { try dice.model(for: .training) }
    #expect(
      try dice.model(for: .evaluating).notes == [
        "the loss dice is not supported. Supported: \(Catalog.losses.names.joined(separator: ", ")). "
          + "Instead, categorical_crossentropy is measured"
      ])
    #expect(try dice.model(for: .predicting).model.weights.count == 6)
    let mse = try KerasGolden.changed("keras315-lesson.h5", #""loss": "categorical_crossentropy""#, #""loss": "mse""#)
    #expect(try mse.model(for: .training).model.loss is MeanSquaredError)
  }

  /// A model of a ReLU and a Softmax.
  private func functions(_ relu: String, _ softmax: String) throws -> [any Layer] {
    let text = """
      {"class_name": "Sequential", "config": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 4]}},
        {"class_name": "ReLU", "config": {"name": "r", \(relu)}},
        {"class_name": "Softmax", "config": {"name": "s", \(softmax)}}]}
      """
    return try KerasModel(text, purpose: .training, file: "m").model.layers
  }

  @Test("of activation layers are those of the function, or refused")
  func functionLayers() throws {
    let plain = #""max_value": null, "negative_slope": 0.0, "threshold": 0.0"#
    let layers = try functions(plain, #""axis": -1"#)
    #expect(layers.first as? ReLU == ReLU() && layers.last is Softmax)
    let general = try functions(#""max_value": 5, "negative_slope": 0.1, "threshold": 1.0"#, #""axis": 1"#)
    #expect(general.first as? ReLU == ReLU(maxValue: 5, negativeSlope: 0.1, threshold: 1))
    for (option, relu, softmax) in [
      ("'r' (ReLU).max_value: expected a number greater than 0", #""max_value": -6.0"#, #""axis": -1"#),
      ("'r' (ReLU).negative_slope: expected a number of 0 or more", #""negative_slope": -0.1"#, #""axis": -1"#),
      ("'s' (Softmax).axis: expected -1, the last axis", plain, #""axis": 0"#),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try functions(relu, softmax) }
      #expect(error?.descriptionWithoutAdvice.hasPrefix("layer \(option)") == true, "\(String(describing: error))")
    }
  }

  /// The activation function of a dense layer with this `activation`.
  private func activation(_ activation: String) throws -> ActivationFunction? {
    let text = """
      {"class_name": "Sequential", "config": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 4]}},
        {"class_name": "Dense", "config": {"name": "d", "units": 3, "activation": \(activation)}}]}
      """
    return (try KerasModel(text, purpose: .training, file: "m").model.layers.last as? Dense)?.activation
  }

  @Test("of activations are names, functions, or layers that apply one")
  func activations() throws {
    for (text, function) in [
      (#""swish""#, ActivationFunction.silu), (#""hard_swish""#, .hardSilu), ("null", .linear),
      (#"{"class_name": "function", "config": "gelu", "registered_name": "gelu"}"#, .gelu()),
      (
        #"{"module": "m", "class_name": "function", "config": "keras_hub>gelu_approximate", "registered_name": "f"}"#,
        .gelu(approximate: true)
      ),
      (
        #"{"module": "keras.layers", "class_name": "LeakyReLU", "config": {"name": "x", "negative_slope": 0.1}}"#,
        .leakyRelu(negativeSlope: 0.1)
      ),
      // Of Keras 2.
      (#"{"class_name": "LeakyReLU", "config": {"name": "x", "alpha": 0.25}}"#, .leakyRelu(negativeSlope: 0.25)),
      (#"{"class_name": "LeakyReLU", "config": {}}"#, .leakyRelu(negativeSlope: 0.3)),
      (#"{"class_name": "ELU", "config": {"alpha": 0.5}}"#, .elu(alpha: 0.5)),
      (#"{"class_name": "ReLU", "config": {"max_value": 6.0}}"#, .relu6),
      (#"{"class_name": "Softmax", "config": {"axis": -1}}"#, .softmax),
      (#"{"class_name": "Activation", "config": {"activation": "mish"}}"#, .mish),
    ] {
      #expect(try activation(text) == function, "\(text)")
    }
    let error = #expect(throws: ModelFileError.self) {
      try activation(#"{"class_name": "PReLU", "config": {"shared_axes": [1]}}"#)
    }
    #expect(
      error?.description
        == "m: layer 'd' (Dense): the option activation is PReLU, which is not supported. Accepted: the name of a "
        + "function, or a layer that applies one: ReLU, LeakyReLU, ELU, Softmax, Activation.")
  }

  @Test("that former versions compute otherwise are refused")
  func formerFunctions() throws {
    let file = try KerasGolden.changed(
      "tfkeras221-lesson.h5", #""activation": "tanh""#, #""activation": "hard_sigmoid""#)
    let error = #expect(throws: ModelFileError.self) { try file.model(for: .predicting) }
    #expect(
      error?.description.contains(
        "the option activation is hard_sigmoid, which is not supported. Accepted: that of Keras 3") == true)
    let current = try KerasGolden.changed(
      "keras315-lesson.h5", #""activation": "tanh""#, #""activation": "hard_sigmoid""#)
    #expect(throws: Never.self) { try current.model(for: .predicting) }
  }
}
