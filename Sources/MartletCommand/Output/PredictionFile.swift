import DurableFiles
import HDF5Writing
import Martlet

/// Predictions as a CSV, HDF5 or NPZ file.
struct PredictionFile {
  /// The file format, by the suffix of the name.
  enum Format {
    case csv
    case hdf5
    case npz

    /// - Throws: `UsageError` for any other suffix.
    init(path: String) throws {
      switch path.lowercased() {
      case let name where name.hasSuffix(".csv"): self = .csv
      case let name where name.hasSuffix(".h5") || name.hasSuffix(".hdf5"): self = .hdf5
      case let name where name.hasSuffix(".npz"): self = .npz
      default: throw UsageError("--output \(path): the name must end in .csv, .h5 or .npz, which selects the format.")
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

  /// - Parameter data: the samples that were predicted.
  init(_ prediction: Prediction, of data: Dataset) {
    self.prediction = prediction
    hasClasses = prediction.areClasses && prediction.classes > 1
    let samples = 0..<data.count
    let labels = prediction.areClasses ? samples.compactMap { data.classIndex($0, of: prediction.classes) } : []
    self.labels = labels.isEmpty || labels.count < data.count ? nil : labels
    targets = prediction.areClasses || data.target == nil ? nil : samples.compactMap { data.target($0) }
  }

  /// One line per sample: its index; the class with the largest output, if outputs are classes; all outputs; and the
  /// true label or values, if known.
  var csv: String {
    let targetCount = targets?.first?.count ?? 0
    let heading =
      ["sample"] + (hasClasses ? ["class"] : [])
      + (0..<prediction.classes).map { "\(prediction.kind.column)_\($0)" }
      + (labels == nil ? [] : ["label"]) + (0..<targetCount).map { "target_\($0)" }
    let classes = hasClasses ? prediction.classIndices : []
    let lines = (0..<prediction.samples).map { sample in
      let fields =
        ["\(sample)"] + (hasClasses ? ["\(classes[sample])"] : []) + prediction.row(sample).map(\.digits)
        + (labels.map { ["\($0[sample])"] } ?? []) + (targets.map { $0[sample].map(\.digits) } ?? [])
      return fields.joined(separator: ",")
    }
    return ([heading.joined(separator: ",")] + lines).map { "\($0)\n" }.joined()
  }

  func write(to path: String, format: Format) throws {
    switch format {
    case .csv: try AtomicFile.write(Array(csv.utf8), to: path)
    case .hdf5: try AtomicFile.write(hdf5(path: path), to: path)
    case .npz: try AtomicFile.write(NumPyArchive.bytes(tensors, path: path), to: path)
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

  private func hdf5(path: String) throws -> [UInt8] {
    let file = try HDF5Writer(path: path)
    for tensor in tensors {
      switch tensor.values {
      case .floats(let values): try file.root.write(values, dimensions: tensor.dimensions, to: tensor.name)
      case .integers(let values): try file.root.write(values, dimensions: tensor.dimensions, to: tensor.name)
      }
    }
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
