import Configuration
import HDF5Reading
import Kernels
import NeuralNetwork
import ZipArchive

/// What a file of Keras' holds, as it stands there: texts and numbers that nobody has understood yet.
struct KerasContents: Sendable {
  /// How the weights are told apart.
  enum Arrangement: Sendable {
    /// By the classes of the layers, numbered: `.keras` and `.weights.h5` of Keras 3.
    case byClass
    /// By the order of the layers: whole-model `.h5`, and weights of Keras 2.
    case byOrder
  }

  /// Who wrote a file.
  struct Origin: Sendable, Equatable {
    /// `3.15.1`, `2.2.4-tf`.
    var version: String?
    /// `tensorflow`, `theano`.
    var backend: String?
  }

  /// The variables of a layer, in their order, and the layers of a model within the model.
  struct Layer: Sendable {
    var name: String
    var variables: [StoredTensor]
    var layers: [Layer] = []

    /// All variables in it.
    var allVariables: [StoredTensor] { variables + layers.flatMap(\.allVariables) }
  }

  var arrangement: Arrangement
  /// The version of Keras that wrote the file, and the backend it computed with, where the file says so.
  var origin = Origin()
  /// The model as JSON, if it is in the file.
  var model: String?
  /// Loss, metrics and optimizer as JSON, if they are apart from the model.
  var training: String?
  var layers: [Layer] = []
  /// What the pixels of a sample are divided by before they come to the model, if the file says it.
  var scale: Float?
  /// The optimizer's variables in their order; none if the file has no state.
  var optimizer: [StoredTensor] = []
  /// What the file is: `.keras`, `.h5`, `.weights.h5`, `.json`.
  var format = ""
  /// Whether it is the JSON of a model and nothing else.
  var isArchitectureAlone: Bool { format == Self.architectureFormat }
  static let architectureFormat = ".json"
  var isOfKeras1: Bool { origin.version?.hasPrefix("1.") == true }
}

extension KerasContents {
  /// Reads a `.keras` archive, an HDF5 file or a model's JSON, told apart by their bytes.
  ///
  /// - Parameter path: what messages call it.
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
      throw ModelFileError(file: place, .malformed(reason: "it holds a second model"))
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

  /// The text of a file, if it is the JSON of a model: what Keras calls its architecture.
  private static func architecture(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }), first == UInt8(ascii: "{"),
      let text = String(validating: bytes, as: UTF8.self), let document = try? JSONDocument.parse(text),
      document["class_name"] != nil, document["config"] != nil
    else { return nil }
    return text
  }
}

extension KerasContents {
  /// The most bytes that the weights of a model can take, with the optimizer's state and the structures of HDF5: so many
  /// for a model that is not understood, so many besides the numbers, and so many numbers for each weight.
  private static let (unknownBytes, structureBytes, numbersPerWeight) = (256 << 20, 16 << 20, 8)

  /// How large the weights may become when they are unpacked.
  private static func mostWeightBytes(ofModel text: String, file: String) -> Int {
    guard let described = try? KerasModel(text, purpose: .predicting, file: file),
      let plan = try? described.plan()
    else { return unknownBytes }
    return structureBytes + numbersPerWeight * MemoryLayout<Float>.size * ModelPlan.valueCount(plan.variables)
  }
}
