import HDF5Reading
import ZipArchive

/// What a file of Keras' holds, as it stands there: texts and numbers that nobody has understood yet.
struct KerasContents: Sendable, Equatable {
  /// How the weights are told apart.
  enum Arrangement: Sendable {
    /// By the classes of the layers, numbered: `.keras` and `.weights.h5` of Keras 3.
    case byClass
    /// By the order of the layers: whole-model `.h5`, and weights of Keras 2.
    case byOrder
  }

  /// The variables of a layer, in their order.
  struct Layer: Sendable, Equatable {
    var name: String
    var variables: [NamedTensor]
  }

  var arrangement: Arrangement
  /// The model as JSON, if it is in the file.
  var model: String?
  /// Loss, metrics and optimizer as JSON, if they are apart from the model.
  var training: String?
  var layers: [Layer] = []
  /// The optimizer's variables in their order; none if the file has no state.
  var optimizer: [NamedTensor] = []
}

extension KerasContents {
  /// Reads a `.keras` archive or an HDF5 file, told apart by their bytes.
  ///
  /// - Parameter path: what messages call it.
  /// - Throws: `ModelFileError`, `ZipError` or `HDF5Error`.
  init(_ bytes: [UInt8], path: String) throws {
    if ZipReader.isZip(bytes) {
      let archive = try ZipReader(bytes, path: path)
      let configuration = try archive.read(KerasFile.Member.configuration)
      guard let text = String(validating: configuration, as: UTF8.self) else {
        throw ModelFileError(file: path, .malformed(reason: "\(KerasFile.Member.configuration) is not UTF-8"))
      }
      let place = "\(path): \(KerasFile.Member.weights)"
      try self.init(hdf5: archive.read(KerasFile.Member.weights), path: place)
      guard model == nil else {
        throw ModelFileError(file: place, .malformed(reason: "it holds a second model"))
      }
      model = text
    } else if bytes.starts(with: "MARTLET CHECKPOINT".utf8) {
      throw ModelFileError(file: path, .ownCheckpoint)
    } else if HDF5File.isHDF5(bytes) {
      try self.init(hdf5: bytes, path: path)
    } else {
      throw ModelFileError(file: path, .unknownFormat)
    }
  }
}
