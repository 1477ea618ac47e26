import DurableFiles
import HDF5Writing
import Martlet

/// Predictions as CSV, HDF5 or NumPy's archive.
enum PredictionFile {
  /// The format that the name asks for.
  enum Format {
    case csv
    case hdf5
    case npz

    /// - Throws: `WrongUse` for a name that ends in none of them.
    init(path: String) throws {
      switch path.lowercased() {
      case let name where name.hasSuffix(".csv"): self = .csv
      case let name where name.hasSuffix(".h5") || name.hasSuffix(".hdf5"): self = .hdf5
      case let name where name.hasSuffix(".npz"): self = .npz
      default: throw WrongUse("--output \(path): the name must end in .csv, .h5 or .npz, which says the format.")
      }
    }
  }

  /// A line for each sample: its index, the class with the largest output, the output for each class, and the true label
  /// if there is one. The largest of one output says nothing: a model of one output has no column of classes.
  static func csv(_ prediction: Prediction, labels: [Int32]?) -> String {
    let label = labels == nil ? [] : ["label"]
    let hasClasses = prediction.classes > 1
    let heading =
      ["sample"] + (hasClasses ? ["class"] : []) + (0..<prediction.classes).map { "\(prediction.kind.column)_\($0)" }
      + label
    let lines = prediction.classIndices.enumerated().map { sample, index in
      let label = labels.map { ["\($0[sample])"] } ?? []
      return (["\(sample)"] + (hasClasses ? ["\(index)"] : []) + prediction.row(sample).map(\.digits) + label).joined(
        separator: ",")
    }
    return ([heading.joined(separator: ",")] + lines).map { "\($0)\n" }.joined()
  }

  static func write(_ prediction: Prediction, labels: [Int32]?, to path: String, format: Format) throws {
    let tensors = tensors(prediction, labels)
    switch format {
    case .csv: try WholeFile.write(Array(csv(prediction, labels: labels).utf8), to: path)
    case .hdf5: try WholeFile.write(hdf5(tensors, path: path), to: path)
    case .npz: try WholeFile.write(NumPyArchive.bytes(tensors, path: path), to: path)
    }
  }

  /// `probabilities`, `logits` or `outputs` (samples, classes), `classes` (samples) unless there is one output, and
  /// `labels` (samples) if there are any.
  static func tensors(_ prediction: Prediction, _ labels: [Int32]?) -> [NamedTensor] {
    let outputs = NamedTensor(
      prediction.kind.array, [prediction.samples, prediction.classes], prediction.values)
    let classes = prediction.classes > 1 ? prediction.classIndices.map(Int64.init) : nil
    return [outputs]
      + [("classes", classes), ("labels", labels.map { $0.map(Int64.init) })].compactMap { name, values in
        values.map { NamedTensor(name, [prediction.samples], .integers($0)) }
      }
  }

  private static func hdf5(_ tensors: [NamedTensor], path: String) throws -> [UInt8] {
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
  /// What the columns of a table are called, each with the number of its class behind it.
  fileprivate var column: String {
    switch self {
    case .probabilities: "probability"
    case .logits: "logit"
    case .outputs: "output"
    }
  }

  /// What an array of them is called.
  fileprivate var array: String {
    switch self {
    case .probabilities: "probabilities"
    case .logits: "logits"
    case .outputs: "outputs"
    }
  }
}
