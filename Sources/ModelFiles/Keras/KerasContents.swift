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

  /// The variables of a layer, in their order.
  struct Layer: Sendable {
    var name: String
    var variables: [StoredTensor]
  }

  var arrangement: Arrangement
  /// The model as JSON, if it is in the file.
  var model: String?
  /// Loss, metrics and optimizer as JSON, if they are apart from the model.
  var training: String?
  var layers: [Layer] = []
  /// What the pixels of a sample are divided by before they come to the model, if the file says it.
  var scale: Float?
  /// The optimizer's variables in their order; none if the file has no state.
  var optimizer: [StoredTensor] = []
}

extension KerasContents {
  /// Reads a `.keras` archive or an HDF5 file, told apart by their bytes.
  ///
  /// - Parameter path: what messages call it.
  /// - Throws: `ModelFileError`, `ZipError` or `HDF5Error`.
  init(_ bytes: [UInt8], path: String) throws {
    if ZipReader.isZip(bytes) {
      let archive = try ZipReader(bytes, path: path)
      let configuration = try archive.read(KerasFile.Member.configuration, atMost: JSONDocument.Limit.bytes)
      guard let text = String(validating: configuration, as: UTF8.self) else {
        throw ModelFileError(file: path, .malformed(reason: "\(KerasFile.Member.configuration) is not UTF-8"))
      }
      let place = "\(path): \(KerasFile.Member.weights)"
      let limit = Self.mostWeightBytes(ofModel: text, file: path)
      try self.init(hdf5: archive.read(KerasFile.Member.weights, atMost: limit), path: place)
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

extension KerasContents {
  /// The most bytes that the weights of a model can take, with the optimizer's state and the structures of HDF5: so many
  /// for a model that is not understood, so many besides the numbers, and so many numbers for each weight.
  private static let (unknownBytes, structureBytes, numbersPerWeight) = (256 << 20, 16 << 20, 8)

  /// How large the weights may become when they are unpacked.
  private static func mostWeightBytes(ofModel text: String, file: String) -> Int {
    guard let described = try? KerasModel(text, purpose: .predicting, file: file),
      let network = try? described.model.build(
        inputShape: described.inputShape, kernels: InstructionSet.baseline.kernels)
    else { return unknownBytes }
    return structureBytes + numbersPerWeight * MemoryLayout<Float>.size * network.parameterCount
  }
}
