import Foundation
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// Parts used only in training do not prevent prediction or export, and are never left out of training.
@Suite("Purposes of reading a Keras model")
struct KerasPurposeTests {
  private static let askingPurposes: [KerasModelFile.Purpose] = [.predicting, .evaluating, .exporting]

  /// Models of `Golden/purposes/make_models.py`.
  static let models = ["augmented", "functional", "flat", "plane", "moved", "weighted"].flatMap {
    ["\($0).keras", "\($0).h5"]
  }

  private func probabilities(_ model: TrainedModel, _ name: String) throws -> [Float] {
    let run = try Checkpoint(importing: model, origin: name)
    return Array(try Trainer(run, workerCount: 1).predict(KerasGolden.samples()).probabilities.prefix(12 * 4))
  }

  @Test("predictions equal those of Keras, for every purpose without training", arguments: models)
  func predictions(name: String) throws {
    let golden = try KerasGolden("purposes/\(name)")
    for purpose in Self.askingPurposes {
      let model = try KerasModelFile(path: golden.path).model(for: purpose).model
      #expect(largestDifference(try probabilities(model, name), try golden.probabilities) < 1e-6)
    }
  }

  @Test("every exported format gives the same predictions when read again", arguments: models)
  func exports(name: String) throws {
    let golden = try KerasGolden("purposes/\(name)")
    let model = try KerasModelFile(path: golden.path).model(for: .exporting).model
    for format in [ExportFormat.keras, .h5] {
      let bytes = try model.exported(format, path: "x")
      let again = try KerasModelFile(bytes, path: "x").model(for: .exporting)
      #expect(again.model.inputShape == model.inputShape && again.notes.isEmpty)
      #expect(again.model.isCompiled)
      #expect(largestDifference(try probabilities(again.model, name), try golden.probabilities) < 1e-6)
    }
    for format in [ExportFormat.weights, .npz, .safetensors, .onnx] {
      #expect(try !model.exported(format, path: "x").isEmpty)
    }
  }

  @Test("penalties and frozen layers are read without a note", arguments: ["augmented.keras", "augmented.h5"])
  func notes(name: String) throws {
    let file = try KerasModelFile(path: KerasGolden.path("purposes/\(name)"))
    #expect(try file.model(for: .predicting).notes.isEmpty)
    #expect(try file.model(for: .evaluating).notes.isEmpty)
    // The frozen layer has no slots in the file.
    let exported = try file.model(for: .exporting)
    #expect(exported.notes.isEmpty)
    #expect(exported.model.model.layers.contains { $0 as? ActivityRegularization == ActivityRegularization(l2: 1e-3) })
    #expect(exported.model.model.nodes.filter { !$0.isTrainable }.count == 1)
    #expect(exported.model.optimizerState?.slots.map(\.count) == [4])
    let model = try file.model(for: .evaluating).model
    #expect(model.loss is MeanSquaredError)
    #expect(model.metrics.map { type(of: $0).name } == ["mean_absolute_error", "accuracy"])
  }

  @Test("only the weights are read, also if a layer that is active only in training has variables")
  func generatorState() throws {
    let file = try KerasModelFile(path: KerasGolden.path("purposes/functional.h5"))
    let plan = try file.model(for: .predicting).model.plan()
    var contents = file.contents
    // Keras 2 lists the generator state among the weights of the layer.
    let state = try #require(contents.layers.lazy.flatMap(\.variables).first)
    let described = try KerasModel(try #require(contents.model), purpose: .predicting, file: "x")
    let omitted = contents.layers.indices.filter { described.weightlessNames.contains(contents.layers[$0].name) }
    try #require(!omitted.isEmpty)
    for index in omitted { contents.layers[index].variables = [state] }
    let other = KerasModelFile(path: "x", contents: contents)
    #expect(try other.weights(for: plan) == file.weights(for: plan))
  }

  /// Layers as serialized by Keras, and whether they are never active.
  static let layers: [(className: String, options: String, isIdle: Bool)] =
    ["SpatialDropout1D", "SpatialDropout3D", "AlphaDropout"].flatMap {
      [($0, #""rate": 0.5, "seed": null"#, false), ($0, #""rate": 0.0, "seed": null"#, true)]
    } + [
      ("Identity", "", true)
    ]
    + [
      "RandomShear", "RandomPerspective", "RandomElasticTransform", "RandomHeight", "RandomWidth",
      "RandomColorDegeneration", "RandomColorJitter", "RandomGaussianBlur", "RandomGrayscale", "RandomHue",
      "RandomInvert", "RandomPosterization", "RandomSaturation", "RandomSharpness", "AugMix", "CutMix", "MixUp",
      "RandAugment", "Solarization",
    ].map { ($0, #""factor": [0.5, 0.5], "data_format": "channels_last""#, false) }

  private func lesson(with entry: String, before next: String = "Conv2D") throws -> KerasModelFile {
    let start = #"{"class_name": "\#(next)""#
    return try KerasGolden.changed("keras315-lesson.h5", start, "\(entry), \(start)")
  }

  @Test("layers that are active only in training are left out, or refused for training", arguments: layers.indices)
  func trainingLayers(index: Int) throws {
    let (className, options, isIdle) = Self.layers[index]
    let file = try lesson(
      with: #"{"class_name": "\#(className)", "config": {"name": "extra"\#(options.isEmpty ? "" : ", ")\#(options)}}"#)
    let weights = try KerasGolden("keras315-lesson.h5").state().weights
    for purpose in Self.askingPurposes {
      let imported = try file.model(for: purpose)
      #expect(imported.model.model.layers.count == 5 && imported.model.weights.map(\.values) == weights)
      #expect(
        imported.notes
          == (isIdle ? [] : ["left out, because they are active only in training: \(className) ('extra')"]))
    }
    for purpose in [KerasModelFile.Purpose.training, .trainingAnew] {
      if isIdle {
        #expect(try file.model(for: purpose).model.weights.map(\.values) == weights)
        continue
      }
      let error = try #require(throws: ModelFileError.self) { try file.model(for: purpose) }
      #expect(
        "\(error)".hasPrefix("m: layer 'extra' is a \(className): training with it is not supported yet"),
        "\(error)")
      let isMixing = ["MixUp", "CutMix"].contains(className)
      #expect("\(error)".contains(" fit.batch_augmentation: {") == isMixing, "\(error)")
    }
  }

  @Test("a layer of another data type is refused")
  func resultsOfTrainingLayers() throws {
    func message(_ file: KerasModelFile) throws -> String {
      "\(try #require(throws: ModelFileError.self) { try file.model(for: .predicting) })"
    }
    let half = #"{"class_name": "AlphaDropout", "config": {"name": "half", "rate": 0.5, "dtype": "float16"}}"#
    #expect(
      try message(lesson(with: half))
        == #"m: layer 'half' (AlphaDropout): the option dtype is "float16", which is not supported. Accepted: float32."#
    )
  }

  @Test("a dropout is read; its seed is ignored, and its noise shape matters only in training")
  func dropout() throws {
    let entry =
      #"{"class_name": "Dropout", "config": {"name": "d", "rate": 0.25, "seed": 7, "noise_shape": null, "#
      + #""dtype": "float32"}}"#
    let file = try lesson(with: entry)
    for purpose in Self.askingPurposes + [.training, .trainingAnew] {
      let imported = try file.model(for: purpose)
      #expect(imported.notes.isEmpty && imported.model.model.layers.first as? Dropout == Dropout(rate: 0.25))
      #expect(imported.model.model.layerNames.first == "d")
    }
    let shaped = try lesson(with: entry.replacing(#""noise_shape": null"#, with: #""noise_shape": [1, 8, 8, 1]"#))
    #expect(
      try shaped.model(for: .predicting).notes == [
        "left out, because they are used only in training: noise_shape (layer 'd' (Dropout))"
      ])
    #expect(throws: ModelFileError.self) { try shaped.model(for: .training) }
  }

  // MARK: - Augmentation

  /// Layers as Keras 3 and Keras 2 describe them, and their options here.
  static let augmentation: [(className: String, options: String, own: String)] = [
    (
      "RandomFlip",
      #""trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", "#
        + #""config": {"name": "float32"}}, "#
        + #""data_format": "channels_last", "mode": "vertical", "seed": 7"#,
      #"{"mode": "vertical", "seed": 7}"#
    ),
    (
      "RandomFlip", #""trainable": true, "dtype": "float32", "mode": "horizontal_and_vertical", "seed": null"#,
      #"{"mode": "horizontal_and_vertical", "seed": null}"#
    ),
    (
      "RandomTranslation",
      #""data_format": "channels_last", "height_factor": -0.25, "width_factor": [0.5, -0.125], "fill_mode": "wrap", "#
        + #""interpolation": "nearest", "seed": null, "fill_value": 2.0, "bounding_box_format": "xyxy""#,
      #"{"height_factor": -0.25, "width_factor": [0.5, -0.125], "fill_mode": "wrap", "interpolation": "nearest", "#
        + #""seed": null, "fill_value": 2.0, "data_format": "channels_last"}"#
    ),
    (
      "RandomTranslation",
      #""dtype": "float32", "height_factor": 0.1, "width_factor": 1, "fill_mode": "reflect", "fill_value": 0.0, "#
        + #""interpolation": "bilinear", "seed": 3"#,
      #"{"height_factor": 0.1, "width_factor": 1.0, "fill_mode": "reflect", "interpolation": "bilinear", "seed": 3, "#
        + #""fill_value": 0.0, "data_format": "channels_last"}"#
    ),
    (
      "RandomRotation",
      #""dtype": "float32", "data_format": "channels_last", "factor": [-0.1, 0.1], "#
        + #""fill_mode": "reflect", "fill_value": 0.0, "interpolation": "bilinear", "seed": null"#,
      #"{"factor": [-0.1, 0.1], "fill_mode": "reflect", "interpolation": "bilinear", "seed": null, "#
        + #""fill_value": 0.0, "data_format": "channels_last"}"#
    ),
    (
      "RandomZoom",
      #""dtype": "float32", "data_format": "channels_last", "height_factor": 0.2, "width_factor": null, "#
        + #""fill_mode": "wrap", "interpolation": "nearest", "seed": 3, "fill_value": 0.0"#,
      #"{"height_factor": 0.2, "width_factor": null, "fill_mode": "wrap", "interpolation": "nearest", "#
        + #""seed": 3, "fill_value": 0.0, "data_format": "channels_last"}"#
    ),
    (
      "RandomBrightness",
      #""dtype": "float32", "data_format": "channels_last", "factor": [-0.2, 0.2], "#
        + #""value_range": [0, 255], "seed": null"#,
      #"{"factor": [-0.2, 0.2], "value_range": [0.0, 255.0], "seed": null, "data_format": "channels_last"}"#
    ),
    (
      "RandomContrast",
      #""dtype": "float32", "data_format": "channels_last", "factor": [0, 0.3], "value_range": [0, 1], "seed": null"#,
      #"{"factor": [0.0, 0.3], "value_range": [0.0, 1.0], "seed": null, "data_format": "channels_last"}"#
    ),
    (
      "RandomErasing",
      #""dtype": "float32", "data_format": "channels_last", "factor": [0, 1.0], "scale": [0.02, 0.33], "#
        + #""fill_value": null, "value_range": [0, 255], "seed": null"#,
      #"{"factor": [0.0, 1.0], "scale": [0.02, 0.33], "fill_value": null, "value_range": [0.0, 255.0], "#
        + #""seed": null, "data_format": "channels_last"}"#
    ),
    (
      "RandomCrop",
      #""dtype": "float32", "data_format": "channels_last", "height": 8, "width": 8, "seed": 1048"#,
      #"{"height": 8, "width": 8, "seed": 1048, "data_format": "channels_last"}"#
    ),
    (
      "Resizing",
      #""dtype": "float32", "data_format": "channels_last", "height": 8, "width": 8, "#
        + #""interpolation": "nearest", "crop_to_aspect_ratio": true, "pad_to_aspect_ratio": false, "#
        + #""fill_mode": "constant", "fill_value": 0.0, "antialias": false"#,
      #"{"height": 8, "width": 8, "interpolation": "nearest", "crop_to_aspect_ratio": true, "#
        + #""data_format": "channels_last"}"#
    ),
    (
      "CenterCrop",
      #""dtype": "float32", "data_format": "channels_last", "height": 8, "width": 8"#,
      #"{"height": 8, "width": 8, "data_format": "channels_last"}"#
    ),
  ]

  @Test("augmentation, resizing and cropping are layers, for every purpose", arguments: augmentation.indices)
  func augmentationLayers(index: Int) throws {
    let (className, options, own) = Self.augmentation[index]
    let file = try lesson(with: #"{"class_name": "\#(className)", "config": {"name": "a", \#(options)}}"#)
    let expected = try JSONDocument.parse(own)
    for purpose in Self.askingPurposes + [.training, .trainingAnew] {
      let imported = try file.model(for: purpose)
      let layer = try #require(imported.model.model.layers.first)
      #expect(imported.notes.isEmpty && type(of: layer).className == className)
      #expect(ConfigurationNode(mapping: layer.options) == expected)
      for format in [ExportFormat.keras, .h5] {
        let again = try KerasModelFile(imported.model.exported(format, path: "x"), path: "x").model(for: purpose)
        #expect(again.model.model.configuration == imported.model.model.configuration)
      }
    }
  }

  @Test("Keras 2 is told nothing of an order of axes that its layers do not know")
  func dataFormat() throws {
    let file = try KerasModelFile(path: KerasGolden.path("purposes/moved.keras"))
    let model = try file.model(for: .exporting).model
    #expect(try KerasContents(model.exported(.keras, path: "x"), path: "x").model?.contains("data_format") == true)
    #expect(try KerasContents(model.exported(.h5, path: "x"), path: "x").model?.contains("data_format") == false)
  }

  /// Options of layers that are known here, but not with these.
  static let unknownAugmentation = [
    ("RandomFlip", #""mode": "horizontal", "data_format": "channels_first""#, "channels_first"),
    ("RandomFlip", #""factor": [0.5, 0.5]"#, "factor"), ("RandomFlip", #""mode": "diagonal""#, "mode"),
    (
      "RandomTranslation", #""height_factor": 0.1, "width_factor": 0.1, "data_format": "channels_first""#,
      "data_format"
    ),
    ("RandomTranslation", #""height_factor": 3, "width_factor": 0.1"#, "height_factor"),
    ("RandomTranslation", #""factor": 0.5"#, "factor"),
  ]

  @Test("those that are not known are left out where nothing is trained", arguments: unknownAugmentation.indices)
  func otherAugmentation(index: Int) throws {
    let (className, options, reason) = Self.unknownAugmentation[index]
    let file = try lesson(with: #"{"class_name": "\#(className)", "config": {"name": "a", \#(options)}}"#)
    for purpose in Self.askingPurposes {
      let imported = try file.model(for: purpose)
      #expect(imported.model.model.layers.count == 5)
      #expect(imported.notes == ["left out, because they are active only in training: \(className) ('a')"])
    }
    for purpose in [KerasModelFile.Purpose.training, .trainingAnew] {
      let error = try #require(throws: ModelFileError.self) { try file.model(for: purpose) }
      #expect("\(error)".contains("layer 'a' (\(className))") && "\(error)".contains(reason), "\(error)")
    }
  }

  @Test("only they may be told to train by default: Keras 3 writes that of each call")
  func trainingByDefault() throws {
    let call = #""kwargs": {"training": true}"#
    let plain = try KerasGolden.changed("purposes/moved.h5", call, #""kwargs": {}"#, count: 9)
    let written = try KerasModelFile(path: KerasGolden.path("purposes/moved.h5"))
    #expect(
      try plain.model(for: .training).model.model.configuration
        == written.model(for: .training).model.model.configuration)
    let other = try KerasGolden.changed("purposes/moved.h5", call, #""kwargs": {"training": 1}"#)
    #expect(throws: ModelFileError.self) { try other.model(for: .predicting) }
  }

  @Test("a file with them is trained on", arguments: ["moved.keras", "moved.h5"])
  func trainsOn(name: String) throws {
    let imported = try KerasModelFile(path: KerasGolden.path("purposes/\(name)")).model(for: .training)
    #expect(imported.notes.isEmpty && imported.model.optimizerState?.slots.count == 2)
    #expect(imported.model.model.layers.filter { $0 is any AugmentationLayer }.count == 4)
    #expect(
      imported.model.model.layerNames == [
        "random_translation", "mirror", "conv2d_1", "rescaling", "random_translation_1", "random_flip_1", "flatten_3",
        "answer",
      ])
    let weights = try KerasModelFile(path: KerasGolden.path("purposes/moved.weights.h5"))
    #expect(try weights.weights(for: imported.model.plan()) == imported.model.weights)
  }

  @Test("the scale is that of the layer behind them")
  func scale() throws {
    let flip = #"{"class_name": "RandomFlip", "config": {"name": "a", "mode": "horizontal", "seed": null}}"#
    let scaling = #"{"class_name": "Rescaling", "config": {"name": "b", "scale": 0.0078125, "offset": 0.0}}"#
    #expect(try lesson(with: flip).scale == nil)
    let file = try lesson(with: "\(flip), \(scaling)")
    #expect(try file.scale == 128 && file.model(for: .predicting).model.scale == 1)
  }

  @Test("Gaussian noise is a layer; its seed does not count")
  func gaussianNoise() throws {
    let file = try lesson(
      with: #"{"class_name": "GaussianNoise", "config": {"name": "n", "stddev": 0.25, "seed": 7, "dtype": "float32"}}"#)
    for purpose in Self.askingPurposes + [.training, .trainingAnew] {
      let imported = try file.model(for: purpose)
      #expect(imported.notes.isEmpty)
      #expect(imported.model.model.layers.first as? GaussianNoise == GaussianNoise(stddev: 0.25))
    }
  }

  /// Options of the first convolution that are used only in training.
  static let options: [(old: String, new: String, key: String)] = [
    (
      #""kernel_regularizer": null"#,
      #""kernel_regularizer": {"class_name": "OrthogonalRegularizer", "config": {"factor": 0.01}}"#,
      "kernel_regularizer"
    ),
    (#""bias_regularizer": null"#, #""bias_regularizer": "l3""#, "bias_regularizer"),
    (#""activity_regularizer": null"#, #""activity_regularizer": "l3""#, "activity_regularizer"),
    (
      #""kernel_constraint": null"#, #""kernel_constraint": {"class_name": "RadialConstraint", "config": {}}"#,
      "kernel_constraint"
    ),
    (#""bias_constraint": null"#, #""bias_constraint": "non_negative""#, "bias_constraint"),
  ]

  @Test(
    "options used only in training are left out, or refused for resumed training",
    arguments: options.indices)
  func trainingOptions(index: Int) throws {
    let (old, new, key) = Self.options[index]
    let file = try KerasGolden.changed("keras315-lesson.h5", old, new)
    let weights = try KerasGolden("keras315-lesson.h5").state().weights
    for purpose in Self.askingPurposes + [.trainingAnew] {
      let imported = try file.model(for: purpose)
      #expect(imported.model.weights.map(\.values) == weights)
      #expect(
        imported.notes == ["left out, because they are used only in training: \(key) (layer 'first' (Conv2D))"])
    }
    let error = try #require(throws: ModelFileError.self) { try file.model(for: .training) }
    #expect("\(error)".hasPrefix("m: layer 'first' (Conv2D): the option \(key) is "), "\(error)")
    #expect("\(error)".hasSuffix(" The weights can be imported without it."), "\(error)")
  }

  /// Unsupported compile sections.
  static let compiled: [(old: String, new: String)] = [
    (#""class_name": "Adam""#, #""class_name": "Ftrl""#),
    (#""loss_scale_factor": null"#, #""loss_scale_factor": 1024.0"#),
    (#""learning_rate": 0.009999999776482582"#, #""learning_rate": {"class_name": "ExponentialDecay"}"#),
    (#""loss": "categorical_crossentropy""#, #""loss": "my_own_loss""#),
    (#""loss": "categorical_crossentropy""#, #""loss": {"answer": "dice"}"#),
    (#""loss_weights": null"#, #""loss_weights": [0.5]"#),
  ]

  @Test("an unsupported loss or optimizer is left out of exports", arguments: compiled.indices)
  func exportsWithoutTraining(index: Int) throws {
    let (old, new) = Self.compiled[index]
    let file = try KerasGolden.changed("keras315-lesson.h5", old, new)
    let imported = try file.model(for: .exporting)
    #expect(!imported.model.isCompiled && imported.model.optimizerState == nil && imported.notes.count == 1)
    #expect(imported.notes.first?.hasPrefix("loss, metrics and optimizer are left out: ") ?? false)
    let run = try Checkpoint(importing: imported.model, origin: "m")
    for format in [ExportFormat.keras, .h5] {
      let again = try KerasContents(run.model.exported(format, path: "x"), path: "x")
      let training = try KerasTraining(again, file: "x")
      #expect(training == nil && again.optimizer.isEmpty)
    }
    for purpose in [KerasModelFile.Purpose.predicting, .evaluating, .trainingAnew] {
      #expect(try file.model(for: purpose).model.optimizerState == nil)
    }
  }

  /// Changes of `functional.h5`, and the message.
  static let graphs: [(old: String, new: String, message: String)] = [
    (
      #""keras_history": ["alpha_dropout", 0, 0]"#, #""keras_history": ["answer", 0, 0]"#,
      "m: is malformed: layer 'average_pooling2d' (AveragePooling2D) reads 'answer', which does not come before it."
    ),
    (
      #""kwargs": {"training": false}"#, #""kwargs": {"training": true}"#,
      "m: is a model of the class Functional that is not supported: layer 'alpha_dropout' is called with other arguments "
        + "than layer outputs, or with training=True. Models have one input and one output, and each layer is called once."
    ),
    (
      #""output_layers": ["answer", 0, 0]"#, #""output_layers": [["answer", 0, 0], ["flatten_1", 0, 0]]"#,
      "m: is a model of the class Functional that is not supported: the model has 2 outputs (answer, flatten_1)."
    ),
    (
      #""input_layers": ["pixels", 0, 0]"#, #""input_layers": {"a": ["pixels", 0, 0], "b": ["more", 0, 0]}"#,
      "m: is a model of the class Functional that is not supported: the model has 2 inputs (pixels, more)."
    ),
    (
      #""output_layers": ["answer", 0, 0]"#, #""output_layers": ["flatten_1", 0, 0]"#,
      "m: is a model of the class Functional that is not supported: layers follow its output layer."
    ),
    (
      #""output_layers": ["answer", 0, 0]"#, #""output_layers": ["none", 0, 0]"#,
      "m: is malformed: its output layer 'none' is missing."
    ),
    (
      #""name": "pixels", "inbound_nodes": []"#, #""name": "pixels", "inbound_nodes": 1"#,
      "m: is malformed: a layer has no name or no inputs."
    ),
    (
      #""inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 8, 8, 1]"#,
      #""inbound_nodes": [{}, {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 8, 8, 1]"#,
      " is called 2 times, with shared weights."
    ),
  ]

  @Test("unsupported functional models are refused with the reason", arguments: graphs.indices)
  func branches(index: Int) throws {
    let (old, new, message) = Self.graphs[index]
    let file = try KerasGolden.changed("purposes/functional.h5", old, new)
    let error = try #require(throws: ModelFileError.self) { try file.model(for: .predicting) }
    #expect("\(error)".contains(message), "\(error)")
  }
}
