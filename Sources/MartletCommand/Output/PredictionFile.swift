import DurableFiles
import HDF5Writing
import Martlet

/// Predictions as a CSV, HDF5 or NPZ file.
struct PredictionFile {
  /// The file format, by the suffix of the name.
  enum Format {
    case csv
    /// A JSON object per line.
    case jsonLines
    case hdf5
    case npz

    /// - Throws: `UsageError` for any other suffix.
    init(path: String) throws {
      switch path.lowercased() {
      case let name where name.hasSuffix(".csv"): self = .csv
      case let name where name.hasSuffix(".jsonl"): self = .jsonLines
      case let name where name.hasSuffix(".h5") || name.hasSuffix(".hdf5"): self = .hdf5
      case let name where name.hasSuffix(".npz"): self = .npz
      default:
        throw UsageError("--output \(path): the name must end in .csv, .jsonl, .h5 or .npz, which selects the format.")
      }
    }
  }

  private let prediction: Prediction
  /// Whether the predicted class is the argmax of the outputs; false for a single output.
  private let hasClasses: Bool
  /// The true class of each sample; nil if unknown, or if the targets are values.
  private let labels: [Int]?
  /// The true values of each sample; nil if unknown, or if the model predicts classes.
  private let targets: [[Float]]?

  /// The path of each sample's picture; nil if samples are not pictures.
  private let files: [String]?
  /// The names of the classes; nil if they have none.
  private let classNames: [String]?
  /// The number of most probable classes to write instead of all outputs; nil for all outputs.
  private let top: Int?

  /// - Parameters:
  ///   - data: the samples that were predicted.
  ///   - files: the path of each sample's picture.
  ///   - classNames: ignored unless there is one per output.
  init(
    _ prediction: Prediction, of data: Dataset, files: [String]? = nil, classNames: [String]? = nil, top: Int? = nil
  ) {
    self.prediction = prediction
    self.files = files
    self.classNames = classNames.flatMap { $0.count == prediction.classes ? $0 : nil }
    self.top = top.map { min($0, prediction.classes) }
    hasClasses = prediction.areClasses && prediction.classes > 1
    let samples = 0..<data.count
    let labels = prediction.areClasses ? samples.compactMap { data.classIndex($0, of: prediction.classes) } : []
    self.labels = labels.isEmpty || labels.count < data.count ? nil : labels
    targets = prediction.areClasses || data.target == nil ? nil : samples.compactMap { data.target($0) }
  }

  /// One line per sample: its index and its file; the class with the largest output and its name, if outputs are classes;
  /// all outputs or the most probable classes; and the true label or values, if known.
  var csv: String {
    let targetCount = targets?.first?.count ?? 0
    let heading =
      ["sample"] + (files == nil ? [] : ["file"]) + (hasClasses ? ["class"] : [])
      + (hasClasses && classNames != nil ? ["name"] : []) + outputHeading
      + (labels == nil ? [] : ["label"]) + (0..<targetCount).map { "target_\($0)" }
    let classes = hasClasses ? prediction.classIndices : []
    let lines = (0..<prediction.samples).map { sample in
      let fields =
        ["\(sample)"] + (files.map { [Self.quoted($0[sample])] } ?? []) + (hasClasses ? ["\(classes[sample])"] : [])
        + (hasClasses ? classNames.map { [Self.quoted($0[classes[sample]])] } ?? [] : []) + outputs(ofSample: sample)
        + (labels.map { ["\($0[sample])"] } ?? []) + (targets.map { $0[sample].map(\.digits) } ?? [])
      return fields.joined(separator: ",")
    }
    return ([heading.joined(separator: ",")] + lines).map { "\($0)\n" }.joined()
  }

  /// One object per line, with the same contents as `csv`.
  var jsonLines: String {
    let classes = hasClasses ? prediction.classIndices : []
    return (0..<prediction.samples).map { sample in
      var entries = [ConfigurationEntry("sample", ConfigurationNode(.integer(sample)))]
      if let files { entries.append(ConfigurationEntry("file", ConfigurationNode(.string(files[sample])))) }
      if hasClasses {
        entries.append(ConfigurationEntry("class", ConfigurationNode(.integer(classes[sample]))))
        if let classNames {
          entries.append(ConfigurationEntry("name", ConfigurationNode(.string(classNames[classes[sample]]))))
        }
      }
      entries.append(topEntry(ofSample: sample) ?? valuesEntry(prediction.kind.array, Array(prediction.row(sample))))
      if let labels {
        entries.append(ConfigurationEntry("label", ConfigurationNode(.integer(labels[sample]))))
        if let classNames, classNames.indices.contains(labels[sample]) {
          entries.append(ConfigurationEntry("label_name", ConfigurationNode(.string(classNames[labels[sample]]))))
        }
      }
      if let targets { entries.append(valuesEntry("targets", targets[sample])) }
      return ConfigurationNode(mapping: entries).json + "\n"
    }.joined()
  }

  private func valuesEntry(_ key: String, _ values: [Float]) -> ConfigurationEntry {
    ConfigurationEntry(
      key, ConfigurationNode(.sequence(values.map { ConfigurationNode(.number(Double("\($0)") ?? Double($0))) })))
  }

  /// The most probable classes of a sample, in order; nil unless asked for.
  private func topEntry(ofSample sample: Int) -> ConfigurationEntry? {
    guard top != nil, hasClasses else { return nil }
    let row = Array(prediction.row(sample))
    let classes = mostProbable(row).map { index in
      ConfigurationNode(
        mapping: [ConfigurationEntry("class", ConfigurationNode(.integer(index)))]
          + (classNames.map { [ConfigurationEntry("name", ConfigurationNode(.string($0[index])))] } ?? [])
          + [
            ConfigurationEntry(
              prediction.kind.column, ConfigurationNode(.number(Double("\(row[index])") ?? Double(row[index]))))
          ])
    }
    return ConfigurationEntry("top", ConfigurationNode(.sequence(classes)))
  }

  /// The classes with the largest outputs; the first of equals first.
  private func mostProbable(_ row: [Float]) -> [Int] {
    Array(row.indices.sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }.prefix(top ?? row.count))
  }

  /// The headings of the outputs: all of them, or those of the most probable classes.
  private var outputHeading: [String] {
    guard let top, hasClasses else {
      return (0..<prediction.classes).map { "\(prediction.kind.column)_\($0)" }
    }
    return (1...top).flatMap { ["top_\($0)", "\(prediction.kind.column)_\($0)"] }
  }

  private func outputs(ofSample sample: Int) -> [String] {
    let row = Array(prediction.row(sample))
    guard top != nil, hasClasses else { return row.map(\.digits) }
    return mostProbable(row).flatMap { index in
      [classNames.map { Self.quoted($0[index]) } ?? "\(index)", row[index].digits]
    }
  }

  /// A field of CSV (RFC 4180): quoted if it has a comma, a quote or a line break.
  static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }

  func write(to path: String, format: Format) throws {
    switch format {
    case .jsonLines: try AtomicFile.write(Array(jsonLines.utf8), to: path)
    case .csv: try AtomicFile.write(Array(csv.utf8), to: path)
    case .hdf5: try AtomicFile.write(hdf5(path: path), to: path)
    case .npz: try AtomicFile.write(NumPyArchive.bytes(tensors, texts: texts, path: path), to: path)
    }
  }

  /// `probabilities`, `logits` or `outputs` (samples, outputs); `classes` (samples), if outputs are classes; `labels`
  /// (samples) or `targets` (samples, n), if known.
  var tensors: [NamedTensor] {
    let (samples, outputs) = (prediction.samples, prediction.classes)
    var tensors = [NamedTensor(prediction.kind.array, [samples, outputs], prediction.values)]
    if hasClasses {
      tensors.append(NamedTensor("classes", [samples], .integers(prediction.classIndices.map(Int64.init))))
    }
    if let labels { tensors.append(NamedTensor("labels", [samples], .integers(labels.map(Int64.init)))) }
    if let targets, let count = targets.first?.count {
      tensors.append(NamedTensor("targets", [samples, count], targets.flatMap { $0 }))
    }
    return tensors
  }

  /// `files` (samples), if samples are pictures; `class_names` (outputs), if classes have names.
  private var texts: [(name: String, values: [String])] {
    (files.map { [("files", $0)] } ?? []) + (classNames.map { [("class_names", $0)] } ?? [])
  }

  private func hdf5(path: String) throws -> [UInt8] {
    let file = try HDF5Writer(path: path)
    for tensor in tensors {
      switch tensor.values {
      case .floats(let values): try file.root.write(values, dimensions: tensor.dimensions, to: tensor.name)
      case .integers(let values): try file.root.write(values, dimensions: tensor.dimensions, to: tensor.name)
      }
    }
    for (name, values) in texts { try file.root.write(values, to: name) }
    return try file.image()
  }
}

extension Prediction.Kind {
  /// The prefix of the CSV columns, followed by the class index.
  fileprivate var column: String {
    switch self {
    case .probabilities: "probability"
    case .logits: "logit"
    case .outputs: "output"
    }
  }

  /// The name of the array.
  fileprivate var array: String {
    switch self {
    case .probabilities: "probabilities"
    case .logits: "logits"
    case .outputs: "outputs"
    }
  }
}
