import Foundation
import Martlet
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips what needs Python where there is none, and says so; `.ci/run` takes such a line for a failure.
  static var python: Self {
    .enabled(if: Python.interpreter != nil || Python.isRequired, "MARTLET_PYTHON names no Python with Keras")
  }
}

/// Keras and h5py, from the environment: `.ci/run` installs them.
enum Python {
  static let interpreter = ProcessInfo.processInfo.environment["MARTLET_PYTHON"]

  /// CI sets it, so that tests without Python fail instead of being skipped.
  static let isRequired = ProcessInfo.processInfo.environment["MARTLET_REQUIRE_PYTHON"] == "1"

  static func run(_ arguments: [String], in directory: String? = nil) throws -> Finished {
    let interpreter = try #require(interpreter, "MARTLET_PYTHON is not set")
    // Settings of its own, not the user's: Keras keeps them in a file that it writes when it starts.
    let home = try TemporaryDirectory()
    let environment = [
      "KERAS_BACKEND": "jax", "KERAS_HOME": home.path, "JAX_PLATFORMS": "cpu", "PYTHONWARNINGS": "ignore",
    ]
    return try Shell.run(interpreter, arguments, environment: environment, in: directory)
  }
}

@Suite("Python opens checkpoints", .python)
struct PythonTests {
  private static let lesson = """
      - conv2d: {filters: 10, kernel_size: [5, 5], activation: relu}
      - max_pooling2d
      - flatten
      - dense: {units: 100, activation: relu}
      - dense: {units: 10, activation: softmax}
    """

  /// Padding on all sides and on some, strides, both kinds of pooling, no bias, activations apart.
  private static let padded = """
      - conv2d: {filters: 6, kernel_size: [5, 4], strides: [2, 2], padding: same, activation: tanh, use_bias: false}
      - average_pooling2d: {pool_size: [3, 3], strides: [2, 1], padding: same}
      - conv2d: {filters: 8, kernel_size: 3, padding: same}
      - activation: {activation: sigmoid}
      - max_pooling2d: {pool_size: 2, strides: 2, padding: same}
      - activation: {activation: softmax}
      - flatten
      - activation: {activation: relu}
      - dense: {units: 10}
      - activation: {activation: softmax}
    """

  /// Batch normalization of images and of vectors, augmentation, dropout, noise, the mean of all positions, names.
  private static let normalized = """
      - random_translation: {height_factor: 0.1, width_factor: [-0.2, 0.1], fill_mode: constant, fill_value: 0.5, seed: 3}
      - random_flip: {mode: horizontal}
      - conv2d: {name: first, filters: 6, kernel_size: 3, strides: 2, use_bias: false}
      - batch_normalization
      - relu
      - random_flip: {name: again}
      - dropout: {rate: 0.25}
      - gaussian_noise: {stddev: 0.1}
      - conv2d: {filters: 8, kernel_size: 3, strides: 2}
      - batch_normalization: {name: unscaled, scale: false, momentum: 0.9}
      - relu
      - global_average_pooling2d
      - dense: {units: 12}
      - batch_normalization: {center: false, scale: false, epsilon: 0.01}
      - relu
      - dense: {units: 10, activation: softmax}
    """

  /// A residual block with a stride-2 projection, branches that are joined as images and as vectors, a Rescaling.
  private static let graph = """
      - rescaling: {scale: 2, offset: -1}
      - conv2d: {name: stem, filters: 6, kernel_size: 3, strides: 2, padding: same, use_bias: false}
      - batch_normalization
      - relu: {name: start}
      - conv2d: {filters: 8, kernel_size: 3, strides: 2, padding: same, use_bias: false}
      - batch_normalization: {name: body}
      - conv2d: {name: projection, filters: 8, kernel_size: 1, strides: 2, use_bias: false, inputs: [start]}
      - batch_normalization: {name: shortcut}
      - add: {inputs: [shortcut, body]}
      - relu: {name: sum}
      - average_pooling2d: {name: wide, pool_size: 3, strides: 1, padding: same, inputs: [sum]}
      - conv2d: {name: narrow, filters: 4, kernel_size: 1, activation: tanh, inputs: [sum]}
      - concatenate: {name: joined, inputs: [narrow, wide, sum]}
      - max_pooling2d: {pool_size: 2}
      - flatten: {name: flat}
      - global_average_pooling2d: {name: mean, inputs: [joined]}
      - concatenate: {inputs: [mean, flat]}
      - dense: {units: 10, activation: softmax}
    """

  /// Activation functions, and layers of shapes, normalization and noise that PyTorch has too.
  private static let functions = """
      - zero_padding2d: {padding: [[1, 0], [2, 1]]}
      - conv2d: {filters: 6, kernel_size: 3, strides: 2, activation: gelu}
      - group_normalization: {groups: 3}
      - prelu: {shared_axes: [1, 2]}
      - spatial_dropout2d: 0.1
      - cropping2d: {cropping: [[1, 0], [0, 2]]}
      - up_sampling2d: {size: [2, 1], interpolation: bilinear}
      - conv2d: {filters: 6, kernel_size: 3, strides: 2, activation: {leaky_relu: {negative_slope: 0.1}}}
      - activation: silu
      - up_sampling2d
      - conv2d: {filters: 8, kernel_size: 3, activation: selu}
      - elu: 0.5
      - global_max_pooling2d
      - dense: {units: 16, activation: mish}
      - layer_normalization
      - leaky_relu
      - gaussian_dropout: 0.1
      - dense: {units: 12, activation: softplus}
      - activation: hard_sigmoid
      - relu: {max_value: 6}
      - dense: {units: 10, activation: relu6}
      - softmax
    """

  /// Branches that are merged in every way, axes that are moved, normalization over channels.
  private static let merged = """
      - conv2d: {name: stem, filters: 6, kernel_size: 3, strides: 2, activation: hard_silu}
      - layer_normalization: {name: one, epsilon: 0.01}
      - conv2d: {name: two, filters: 6, kernel_size: 3, padding: same, activation: softsign, inputs: [stem]}
      - multiply: {name: product, inputs: [one, two, stem]}
      - global_average_pooling2d: {name: squeezed, keepdims: true}
      - conv2d: {name: excited, filters: 6, kernel_size: 1, activation: sigmoid}
      - multiply: {name: weighted, inputs: [product, excited]}
      - average: {name: mean, inputs: [one, two, weighted]}
      - maximum: {name: largest, inputs: [mean, one, two]}
      - subtract: {name: difference, inputs: [largest, stem]}
      - unit_normalization
      - group_normalization: {groups: 2, scale: false}
      - prelu
      - permute: {dims: [3, 1, 2]}
      - reshape: {target_shape: [13, -1]}
      - layer_normalization: {center: false}
      - relu: {max_value: 2, negative_slope: 0.25, threshold: 0.125}
      - reshape: [-1]
      - dense: {name: flat, units: 8, activation: {elu: {alpha: 0.5}}}
      - global_max_pooling2d: {name: pooled, keepdims: true, inputs: [difference]}
      - reshape: {name: vector, target_shape: [6]}
      - concatenate: {inputs: [flat, vector]}
      - dense: {units: 12, activation: exponential}
      - dense: {units: 10, activation: log_softmax}
      - softmax
    """

  /// Frozen layers before, between and after others.
  private static let frozen = """
      - conv2d: {name: first, trainable: false, filters: 6, kernel_size: 3, strides: 2}
      - batch_normalization: {trainable: false}
      - relu
      - conv2d: {filters: 8, kernel_size: 3}
      - max_pooling2d: {trainable: false}
      - batch_normalization: {name: still, trainable: false}
      - activation: {activation: tanh}
      - conv2d: {name: middle, trainable: false, filters: 8, kernel_size: 1, activation: tanh}
      - batch_normalization
      - flatten
      - dense: {units: 12, trainable: false}
      - dense: {units: 10, activation: softmax}
    """

  /// Every kind of convolution, without what is random in training.
  private static let convolutions =
    convolutional.split(separator: "\n").filter { !$0.contains("random_") }.joined(separator: "\n")

  /// Every kind of convolution, and images that are resized and cropped.
  private static let convolutional = """
      - random_rotation: {factor: 0.02}
      - random_zoom: {height_factor: 0.1}
      - random_brightness: {factor: 0.1, value_range: [0, 1]}
      - random_contrast: {factor: 0.2, value_range: [0, 1]}
      - random_erasing: {factor: 0.3, scale: [0.02, 0.1], value_range: [0, 1]}
      - resizing: {height: 25, width: 31}
      - center_crop: {height: 22, width: 24}
      - resizing: {height: 17, width: 18, interpolation: nearest, crop_to_aspect_ratio: true}
      - center_crop: {height: 15, width: 20}
      - resizing: {height: 16, width: 18}
      - random_crop: {height: 16, width: 18}
      - conv2d: {filters: 6, kernel_size: 3, dilation_rate: [2, 1], activation: relu}
      - conv2d: {filters: 8, kernel_size: 3, strides: 2, groups: 2, padding: same}
      - depthwise_conv2d: {kernel_size: 3, depth_multiplier: 2, padding: same, dilation_rate: 2, activation: tanh,
          depthwise_regularizer: {name: l2, l2: 0.001}, activity_regularizer: {name: l2, l2: 0.0001}}
      - separable_conv2d: {filters: 6, kernel_size: [3, 2], depth_multiplier: 2, activation: relu,
          pointwise_constraint: {name: max_norm, max_value: 3, axis: 2}, depthwise_initializer: he_normal}
      - conv2d_transpose: {name: same, filters: 5, kernel_size: 3, strides: 2, padding: same, activation: tanh}
      - conv2d_transpose: {filters: 4, kernel_size: [2, 3], strides: [3, 2], output_padding: [2, 1], use_bias: false}
      - conv2d_transpose: {filters: 4, kernel_size: 3, dilation_rate: [1, 2], padding: same, activation: relu}
      - conv2d: {filters: 4, kernel_size: 5, strides: 4, groups: 4}
      - flatten
      - dense: {units: 10, activation: softmax}
    """
  private static let momentum =
    "compile: {optimizer: {name: sgd, learning_rate: 0.02, momentum: 0.9, nesterov: true, weight_decay: 0.0001, "
    + "global_clipnorm: 1.0}}"

  /// Three slots for each weight, which Keras keeps one after the other.
  private static let centered =
    "compile: {optimizer: {name: rmsprop, learning_rate: 0.002, rho: 0.8, momentum: 0.5, centered: true}}"

  /// Slots in three groups before the optimizer's own, which are two groups.
  private static let averaging =
    "compile: {optimizer: {name: adam, learning_rate: 0.002, amsgrad: true, use_ema: true, ema_momentum: 0.9, "
    + "ema_overwrite_frequency: 5, gradient_accumulation_steps: 2}}"

  /// A number after the slots.
  private static let nesterov = "compile: {optimizer: {name: nadam, learning_rate: 0.002}}"

  /// IDX files of the built-in digits, and a run over them in the order of the data.
  private func writeData(_ directory: TemporaryDirectory, model: String = lesson, compile: String = "") throws -> String
  {
    let data = try DigitsSource(trainCount: 1000, testCount: 1000).load()
    for (name, dataset) in [("train", data.train), ("test", data.test)] {
      func idx(_ sizes: [Int], _ bytes: [UInt8]) -> Data {
        var file = Data([0, 0, 8, UInt8(sizes.count)])
        for size in sizes { withUnsafeBytes(of: UInt32(size).bigEndian) { file.append(contentsOf: $0) } }
        return file + bytes
      }
      try idx([1000, 28, 28], dataset.bytes ?? []).write(to: URL(filePath: "\(directory.path)/\(name)-images"))
      try idx([1000], (dataset.labels ?? []).map { UInt8($0) }).write(
        to: URL(filePath: "\(directory.path)/\(name)-labels"))
    }
    return try directory.write(
      """
      name: python
      data: {dataset: idx, train_images: train-images, train_labels: train-labels, test_images: test-images, test_labels: test-labels, scale: 255}
      model:
      \(model)
      \(compile)
      fit: {epochs: 3, batch_size: 50, shuffle: false}
      """, to: "python.yml")
  }

  @Test(
    "every exported format opens, and gives the same probabilities",
    arguments: [lesson, padded, normalized, graph, frozen, functions, merged, convolutional])
  func exports(model: String) throws {
    let directory = try TemporaryDirectory()
    let config = try writeData(directory, model: model)
    func martlet(_ arguments: [String]) throws {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 0, "\(arguments): \(finished.error)")
    }
    try martlet(["train", config, "--output", "run", "--max-steps", "30"])
    let checkpoint = "checkpoint.weights.h5"
    try FileManager.default.copyItem(
      atPath: "\(directory.path)/run/step-00000030.weights.h5", toPath: "\(directory.path)/\(checkpoint)")
    try martlet(["predict", checkpoint, "--output", "predictions.npz"])
    for format in ExportFormat.allCases { try martlet(["export", checkpoint, "model.\(format.rawValue)"]) }
    if [Self.graph, Self.merged].contains(model) {
      let refused = try Shell.martlet(["export", checkpoint, "torch.npz", "--layout", "torch"], in: directory.path)
      #expect(refused.status == 1)
      let (layer, count) = model == Self.graph ? ("add", 2) : ("product", 3)
      #expect(
        refused.fault
          == "martlet: torch.npz: layer '\(layer)' cannot be expressed in nn.Sequential: it has \(count) inputs, "
          + "and modules of an nn.Sequential have one each.\n")
    } else {
      try martlet(["export", checkpoint, "torch.safetensors", "--layout", "torch"])
    }
    for format in ExportFormat.allCases where format.canScalePixels {
      try martlet(["export", checkpoint, "scaled.\(format.rawValue)", "--with-scaling"])
    }
    let checked = try Python.run(
      ["\(Shell.root)/Tests/MartletTests/Python/check_exports.py", directory.path], in: directory.path)
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.output.hasSuffix("all formats opened\n"))
  }

  @Test(
    "Keras predicts the same, restores the optimizer, and trains on to the same weights",
    arguments: [
      (lesson, ""), (graph, momentum), (frozen, momentum), (lesson, centered), (merged, momentum),
      (convolutions, momentum), (lesson, averaging), (lesson, nesterov),
    ])
  func keras(model: String, compile: String) throws {
    let directory = try TemporaryDirectory()
    let config = try writeData(directory, model: model, compile: compile)
    func martlet(_ arguments: [String]) throws {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 0, "\(finished.error)")
    }
    try martlet(["train", config, "--output", "run", "--max-steps", "7"])
    try martlet(["train", config, "--output", "run", "--resume", "--max-steps", "27"])
    for (name, step) in [("checkpoint", 7), ("continued", 27)] {
      let checkpoint = String(format: "run/step-%08d.weights.h5", step)
      try FileManager.default.copyItem(
        atPath: "\(directory.path)/\(checkpoint)", toPath: "\(directory.path)/\(name).weights.h5")
    }
    try martlet(["predict", "checkpoint.weights.h5", "--output", "predictions.npz"])
    let evaluated = try Shell.martlet(
      ["evaluate", "checkpoint.weights.h5", "--format", "json"], in: directory.path)
    _ = try directory.write(evaluated.output, to: "evaluation.json")
    let checked = try Python.run(
      ["\(Shell.root)/Tests/MartletTests/Python/check_checkpoint.py", directory.path], in: directory.path)
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.output.contains("continued from step 7 to step 27"))
  }

  /// Cases of training that Keras continues: the name, the class of the schedule in Keras, and the section `compile`.
  private static let continued: [(name: String, className: String, compile: String)] =
    [
      ("exponential", "ExponentialDecay", "{name: exponential, decay_steps: 5, decay_rate: 0.7}"),
      ("step", "ExponentialDecay", "{name: step, decay_steps: 6, decay_rate: 0.5}"),
      ("inverse_time", "InverseTimeDecay", "{name: inverse_time, decay_steps: 5, decay_rate: 0.5, staircase: true}"),
      (
        "polynomial", "PolynomialDecay",
        "{name: polynomial, decay_steps: 9, end_learning_rate: 0.0005, power: 2, cycle: true}"
      ),
      (
        "piecewise_constant", "PiecewiseConstantDecay",
        "{name: piecewise_constant, boundaries: [9, 15, 20], values: [0.01, 0.02, 0.003, 0.001]}"
      ),
      ("cosine", "CosineDecay", "{name: cosine, decay_steps: 20, alpha: 0.1}"),
      (
        "cosine_restarts", "CosineDecayRestarts",
        "{name: cosine_restarts, first_decay_steps: 6, t_mul: 1.5, m_mul: 0.8, alpha: 0.05}"
      ),
    ].map { ($0, $1, "{optimizer: {name: adam, learning_rate: 0.01}, learning_rate_schedule: \($2)}") } + [
      (
        "excluded", "",
        "{optimizer: {name: adamw, learning_rate: 0.01, weight_decay: 0.3, exclude_from_weight_decay: [\"b*\", dense/kernel]}}"
      )
    ]

  @Test("Keras continues exported training with the same learning rates and weight decay")
  func exportedTraining() throws {
    let directory = try TemporaryDirectory()
    for (name, className, compile) in Self.continued {
      let model = "  - flatten\n  - dense: {units: 12, activation: tanh}\n  - dense: {units: 10, activation: softmax}"
      let config = try writeData(directory, model: model, compile: "compile: \(compile)")
      func martlet(_ arguments: [String]) throws -> Finished {
        let finished = try Shell.martlet(arguments, in: directory.path)
        #expect(finished.status == 0, "\(finished.error)")
        return finished
      }
      _ = try martlet(["train", config, "--output", name, "--max-steps", "7"])
      let start = "\(name)/start.weights.h5"
      try FileManager.default.copyItem(
        atPath: "\(directory.path)/\(name)/step-00000007.weights.h5", toPath: "\(directory.path)/\(start)")
      let remark = try martlet(["export", start, "\(name)/model.keras"]).error
      let remarks = try martlet(["export", start, "\(name)/model.h5"]).error
      #expect(remarks.hasPrefix(remark.replacing(".keras", with: ".h5")) && remarks.contains("that of Keras 2"))
      #expect(remark.isEmpty == !className.isEmpty, "\(remark)")
      _ = try directory.write(remark, to: "\(name)/remark")
      _ = try directory.write(className, to: "\(name)/class")
      _ = try martlet(["train", config, "--output", name, "--resume", "--max-steps", "27"])
      try FileManager.default.copyItem(
        atPath: "\(directory.path)/\(name)/step-00000027.weights.h5",
        toPath: "\(directory.path)/\(name)/continued.weights.h5")
    }
    let script = "\(Shell.root)/Tests/MartletTests/Python/check_training.py"
    let checked = try Python.run([script, directory.path] + Self.continued.map(\.name), in: directory.path)
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.output.hasSuffix("all cases continued\n"))
  }

  @Test("the commands and the Python in checkpoints/README.md run")
  func documentation() throws {
    let directory = try TemporaryDirectory()
    let config = "\(Shell.root)/configs/quickstart.yml"
    let trained = try Shell.martlet(
      ["train", config, "--epochs", "1", "--output", "checkpoints/quickstart"], in: directory.path)
    #expect(trained.status == 0)
    let readme = try String(contentsOfFile: "\(Shell.root)/checkpoints/README.md", encoding: .utf8)
    let commands = readme.matches(of: #/```sh\n(.*?)```/#.dotMatchesNewlines()).flatMap { $0.1.split(separator: "\n") }
    #expect(commands.count >= 6)
    for command in commands {
      let words = command.split(separator: " ").map(String.init)
      #expect(words.first == "martlet")
      let finished = try Shell.martlet(Array(words.dropFirst()), in: directory.path)
      #expect(finished.status == 0, "\(command)\n\(finished.error)")
    }
    let blocks = readme.matches(of: #/```python\n(.*?)```/#.dotMatchesNewlines()).map { String($0.1) }
    #expect(blocks.count >= 7)
    for block in blocks {
      let script = try directory.write(block, to: "block.py")
      let finished = try Python.run([script], in: directory.path)
      #expect(finished.status == 0, "\(block)\n\(finished.error)")
    }
  }
}
