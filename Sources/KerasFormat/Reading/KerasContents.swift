import Configuration
import HDF5Reading
import Kernels
import NeuralNetwork
import ZipArchive

/// The raw contents of a Keras file: JSON strings and tensors, not yet interpreted.
struct KerasContents: Sendable {
  /// How the weights are identified.
  enum Arrangement: Sendable {
    /// By numbered layer classes: `.keras` and `.weights.h5` of Keras 3.
    case byClass
    /// By layer order: whole-model `.h5`, and weights of Keras 2.
    case byOrder
  }

  /// The program that wrote a file.
  struct Origin: Sendable, Equatable {
    /// `3.15.1`, `2.2.4-tf`.
    var version: String?
    /// `tensorflow`, `theano`.
    var backend: String?
  }

  /// The variables of a layer, in order, and the layers of a nested model.
  struct Layer: Sendable {
    var name: String
    var variables: [StoredTensor]
    var layers: [Layer] = []

    /// All variables, including those of nested layers.
    var allVariables: [StoredTensor] { variables + layers.flatMap(\.allVariables) }
  }

  var arrangement: Arrangement
  /// The Keras version that wrote the file, and its backend, if recorded.
  var origin = Origin()
  /// The model as JSON; nil if the file has none.
  var model: String?
  /// Loss, metrics and optimizer as JSON, if stored separately from the model.
  var training: String?
  var layers: [Layer] = []
  /// What the file says about inputs and classes.
  var metadata = InputMetadata()
  /// The optimizer's variables, in order; empty if the file has no optimizer state.
  var optimizer: [StoredTensor] = []
  /// The format: `.keras`, `.h5`, `.weights.h5`, `.json`.
  var format = ""
  /// Whether it is only a model's JSON.
  var isArchitectureAlone: Bool { format == Self.architectureFormat }
  static let architectureFormat = ".json"
  var isOfKeras1: Bool { origin.version?.hasPrefix("1.") == true }
}

extension KerasContents {
  /// Reads a `.keras` archive, an HDF5 file or a model's JSON, recognized by its contents.
  ///
  /// - Parameter path: the path used in error messages.
  /// - Throws: `ModelFileError`, `ZipError` or `HDF5Error`.
  init(_ bytes: [UInt8], path: String) throws {
    if ZipReader.isZip(bytes) {
      try self.init(archive: ZipReader(bytes, path: path))
    } else if bytes.starts(with: "MARTLET CHECKPOINT".utf8) {
      throw ModelFileError(file: path, .ownCheckpoint)
    } else if HDF5File.isHDF5(bytes) {
      try self.init(hdf5: bytes, path: path)
      format = model == nil ? ".weights.h5" : ".h5"
    } else if let text = Self.architecture(bytes) {
      self.init(arrangement: .byOrder, origin: try Self.origin(ofArchitecture: text), model: text)
      format = Self.architectureFormat
    } else {
      throw ModelFileError(file: path, .unknownFormat(ForeignFormat(bytes)))
    }
  }

  /// A `.keras` archive.
  private init(archive: ZipReader) throws {
    let path = archive.path
    guard archive.names.contains(KerasFile.Member.configuration) else {
      throw ModelFileError(file: path, .unknownFormat(ForeignFormat(members: archive.names)))
    }
    let model = try Self.text(KerasFile.Member.configuration, of: archive)
    let place = "\(path): \(KerasFile.Member.weights)"
    let limit = Self.mostWeightBytes(ofModel: model, file: path)
    try self.init(hdf5: archive.read(KerasFile.Member.weights, atMost: limit), path: place)
    guard self.model == nil else {
      throw ModelFileError(file: place, .malformed(reason: "it contains a second model"))
    }
    (self.model, format) = (model, ".keras")
    if archive.names.contains(KerasFile.Member.metadata) {
      let metadata = try JSONDocument.parse(Self.text(KerasFile.Member.metadata, of: archive))
      origin.version = metadata[KerasLayout.attributes.version].flatMap(KerasObject.text)
    }
  }

  private static func text(_ member: String, of archive: ZipReader) throws -> String {
    guard let text = String(validating: try archive.read(member, atMost: JSONDocument.Limit.bytes), as: UTF8.self)
    else {
      throw ModelFileError(file: archive.path, .malformed(reason: "\(member) is not UTF-8"))
    }
    return text
  }

  private static func origin(ofArchitecture text: String) throws -> Origin {
    let document = try JSONDocument.parse(text)
    return Origin(
      version: document[KerasLayout.attributes.version].flatMap(KerasObject.text),
      backend: document[KerasLayout.attributes.backend].flatMap(KerasObject.text))
  }

  /// The text of a file if it is a model's JSON, Keras' architecture format; nil if not.
  private static func architecture(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }), first == UInt8(ascii: "{"),
      let text = String(validating: bytes, as: UTF8.self), let document = try? JSONDocument.parse(text),
      document["class_name"] != nil, document["config"] != nil
    else { return nil }
    return text
  }
}

extension KerasContents {
  /// Bounds on the size of a model's weights file, including optimizer state and HDF5 structures: bytes for an
  /// unsupported model, overhead in bytes, and numbers per weight.
  private static let (unknownBytes, structureBytes, numbersPerWeight) = (256 << 20, 16 << 20, 8)

  /// The maximum size of the decompressed weights in bytes.
  private static func mostWeightBytes(ofModel text: String, file: String) -> Int {
    guard let described = try? KerasModel(text, purpose: .predicting, file: file),
      let plan = try? described.plan()
    else { return unknownBytes }
    return structureBytes + numbersPerWeight * MemoryLayout<Float>.size * ModelPlan.valueCount(plan.variables)
  }
}
