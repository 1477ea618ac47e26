/// A first run configuration for a data set: commented YAML with a network that fits the samples.
package struct FirstConfiguration {
  /// The YAML.
  package let yaml: String
  /// The configuration that it describes.
  package let configuration: RunConfiguration

  /// The maximum number of inputs whose values are looked at.
  private static let inputLimit = 10_000

  /// Looks at the data and writes a configuration for it.
  ///
  /// - Parameter name: of the run: letters that a directory name may not have are replaced.
  /// - Throws: `DatasetError` or `FileError` if the data cannot be read, or has no targets.
  package init(_ source: any DatasetSource, name: String, _ context: DatasetContext) throws {
    let parts = try source.parts(context)
    let train = parts[0].data
    guard let task = LearningTask(train) else { throw TrainingError.noTargets(dataset: train.name) }
    let statistics = try DatasetStatistics(train, limit: Self.inputLimit)
    let network = FirstNetwork(statistics, task: task, isOfPictures: train.isOfPictures)
    let text = FirstConfigurationText(
      source: source, name: Self.runName(name), parts: parts, statistics: statistics, task: task, network: network)
    yaml = try text.yaml
    configuration = try RunConfiguration(yaml: yaml, file: "the configuration")
  }

  /// A name that is valid as a directory name.
  static func runName(_ name: String) -> String {
    let file = name.split(separator: "/").last.map(String.init) ?? name
    let stem = file.split(separator: ".").first.map(String.init) ?? "run"
    let plain = stem.unicodeScalars.map { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_ ".unicodeScalars.contains(scalar)
        ? String(scalar) : "-"
    }.joined()
    return String(decoding: plain.utf8.prefix(100), as: UTF8.self).isEmpty ? "run" : String(plain.prefix(50))
  }
}

/// What a model is to learn from the targets of a data set.
enum LearningTask: Equatable {
  /// One of so many classes, from labels or one-hot rows.
  case classes(Int)
  /// So many answers of yes or no, from 1 and 0.
  case binary(Int)
  /// So many numbers.
  case values(Int)

  /// - Returns: nil if there are no targets.
  init?(_ data: Dataset) {
    guard let target = data.target else { return nil }
    let width = target.shape.count
    let samples = 0..<data.count
    if target.element == .label {
      let count = data.classNames?.count ?? (samples.lazy.compactMap { data.label($0) }.max() ?? 0) + 1
      // Labels that hardly occur twice are numbers to predict.
      self = count > max(100, data.count / 2) && data.classNames == nil ? .values(1) : .classes(max(count, 2))
    } else if width > 1, samples.allSatisfy({ data.classIndex($0, of: width) != nil }) {
      self = .classes(width)
    } else {
      let isBinary = samples.allSatisfy { (data.target($0) ?? []).allSatisfy { $0 == 0 || $0 == 1 } }
      self = isBinary ? .binary(width) : .values(width)
    }
  }
}
