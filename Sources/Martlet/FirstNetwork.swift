/// The layers of a first network, as lines of YAML with comments.
struct FirstNetwork {
  private let statistics: DatasetStatistics
  private let task: LearningTask

  /// Whether inputs are pictures from files: in the range of bytes, even if they are floats.
  private let isOfPictures: Bool

  init(_ statistics: DatasetStatistics, task: LearningTask, isOfPictures: Bool = false) {
    self.statistics = statistics
    self.task = task
    self.isOfPictures = isOfPictures
  }

  /// The divisor of inputs, if the default does not suit them.
  var scale: Int? { statistics.input.element == .uint8 && statistics.input.shape.image == nil ? 255 : nil }

  /// The lines of the section `model`.
  var lines: [String] {
    let shape = statistics.input.shape
    return preparation + (shape.image.map(images) ?? vectors(shape)) + [output]
  }

  // MARK: - Inputs

  /// Brings floats to a mean near 0 and a deviation near 1.
  private var preparation: [String] {
    guard statistics.input.element == .float32, !isOfPictures else { return [] }
    if statistics.input.shape.image != nil {
      let values = statistics.values
      guard values.deviation > 0,
        values.deviation > 5 || values.deviation < 0.05 || abs(values.mean) > 2 * values.deviation
      else { return [] }
      let scale = Self.rounded(1 / values.deviation)
      let offset = Self.rounded(-values.mean * scale)
      return [
        "# To a mean near 0 and a deviation near 1.",
        "- rescaling: {scale: \(scale), offset: \(offset)}",
      ]
    }
    let isUneven = statistics.channels.contains { values in
      !values.isConstant && (values.deviation > 3 || values.deviation < 0.1 || abs(values.mean) > 3)
    }
    return isUneven
      ? ["# Brings inputs of different sizes to a mean near 0 and a deviation near 1.", "- batch_normalization"] : []
  }

  /// Four significant digits, without an exponent where YAML readers need none.
  static func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return 0 }
    var factor = 1.0
    while abs(value) * factor < 1000, factor < 1e15 { factor *= 10 }
    return (value * factor).rounded() / factor
  }

  // MARK: - Layers

  private func images(_ image: (height: Int, width: Int, channels: Int)) -> [String] {
    var lines = [
      "# Augmentation, in training only: remove the # before what does not change the target of an image.",
      "# - random_flip: {mode: horizontal}",
      "# - random_translation: {height_factor: 0.1, width_factor: 0.1}",
    ]
    var (height, width, filters) = (image.height, image.width, [Int]())
    while min(height, width) >= 8, filters.count < 5 {
      filters.append(min(32 << filters.count, 256))
      lines.append("# (\(height), \(width)) to (\(height / 2), \(width / 2)), \(filters[filters.count - 1]) channels.")
      lines += [
        "- conv2d: {filters: \(filters[filters.count - 1]), kernel_size: 3, padding: same, use_bias: false}",
        "- batch_normalization", "- relu", "- max_pooling2d",
      ]
      (height, width) = (height / 2, width / 2)
    }
    let flatCount = height * width * (filters.last ?? image.channels)
    let isPooled = flatCount > 4096 && !filters.isEmpty
    lines.append(isPooled ? "- global_average_pooling2d" : "- flatten")
    return lines + ["- dense: {units: 128, activation: relu}", "- dropout: {rate: \(dropoutRate)}"]
  }

  private func vectors(_ shape: Shape) -> [String] {
    let units = min(max(32, shape.count * 2), 128)
    return (shape.dimensions.count > 1 ? ["- flatten"] : []) + [
      "- dense: {units: \(units), activation: relu}", "- dropout: {rate: \(dropoutRate)}",
      "- dense: {units: \(units / 2), activation: relu}",
    ]
  }

  /// Dropout disturbs the prediction of values more than that of classes.
  private var dropoutRate: Double {
    if case .values = task { return 0.1 }
    return statistics.input.shape.image == nil ? 0.2 : 0.5
  }

  private var output: String {
    switch task {
    case .classes(let count): "- dense: {units: \(count), activation: softmax}"
    case .binary(let count): "- dense: {units: \(count), activation: sigmoid}"
    case .values(let count): "- dense: {units: \(count)}"
    }
  }
}
