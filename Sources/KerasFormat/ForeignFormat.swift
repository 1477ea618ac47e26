/// A model or data format of another program that is not read, recognized by its first bytes or by the names in an
/// archive, so that messages can name it.
public enum ForeignFormat: String, Equatable, Sendable {
  case empty
  case savedModel
  case tensorFlowCheckpoint
  case tensorFlowLite
  case pyTorch
  case pickle
  case safeTensors
  case numPyArray
  case numPyArchive
  case onnx
  case architectureAsYAML
  case otherJSON
  case otherZip
  case gzip
  case tar
  case largeFilePointer
  case webPage
  case unknown
}

extension ForeignFormat {
  /// - Parameter bytes: a file that is not a zip archive, an HDF5 file or a model's JSON.
  init(_ bytes: [UInt8]) {
    let start = bytes.prefix(4096)
    let text = String(decoding: start, as: UTF8.self).drop { $0.isWhitespace }
    self =
      switch text.lowercased() {
      case "": .empty
      case let text where text.hasPrefix("version https://git-lfs"): .largeFilePointer
      case let text where text.hasPrefix("<!doctype") || text.hasPrefix("<html"): .webPage
      case let text where text.hasPrefix("model_checkpoint_path"): .tensorFlowCheckpoint
      case let text where text.hasPrefix("backend:") || text.hasPrefix("class_name:"): .architectureAsYAML
      case let text where text.hasPrefix("{"): .otherJSON
      default: Self.binary(bytes)
      }
  }

  /// - Parameter members: the names in a zip archive that has no `config.json`.
  init(members: [String]) {
    if members.contains(where: { $0.hasSuffix("data.pkl") }) {
      self = .pyTorch
    } else if !members.isEmpty, members.allSatisfy({ $0.hasSuffix(".npy") }) {
      self = .numPyArchive
    } else {
      self = members.contains { $0.hasSuffix("saved_model.pb") } ? .savedModel : .otherZip
    }
  }

  private static func binary(_ bytes: [UInt8]) -> ForeignFormat {
    func holds(_ text: String, at offset: Int) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
    let (first, second, third) = (bytes.first, bytes.dropFirst().first ?? 0, bytes.dropFirst(2).first)
    if holds("TFL3", at: 4) { return .tensorFlowLite }
    if holds("NUMPY", at: 1) { return .numPyArray }
    if holds("ustar", at: 257) { return .tar }
    if first == 0x1f, second == 0x8b { return .gzip }
    if first == 0x80, (2...5).contains(second) { return .pickle }
    if holds("{", at: 8), bytes[2..<8].dropFirst(2).allSatisfy({ $0 == 0 }) { return .safeTensors }
    // Protocol buffers whose first field is a version: `ir_version` of ONNX, `saved_model_schema_version`.
    if first == 0x08, third == 0x12 { return second > 1 ? .onnx : .savedModel }
    // The magic number at the end of a TensorFlow table.
    if bytes.suffix(8) == [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb] { return .tensorFlowCheckpoint }
    return .unknown
  }
}

extension ForeignFormat: CustomStringConvertible {
  /// What the file is and what to do, after "the file is".
  public var description: String {
    let save = "Load it in Python and save it with model.save('model.keras')."
    return switch self {
    case .empty: "empty."
    case .savedModel: "a SavedModel of TensorFlow's. \(save)"
    case .tensorFlowCheckpoint: "a TensorFlow checkpoint, which contains only weights. \(save)"
    case .tensorFlowLite:
      "a TensorFlow Lite model, which cannot be trained. Use the Keras model that it was converted from."
    case .pyTorch: "a PyTorch file. Only Keras models are read."
    case .pickle: "a Python pickle, which can run any code when it is read. Only Keras models are read."
    case .safeTensors: "a safetensors file. Only Keras models are read."
    case .numPyArray, .numPyArchive: "a NumPy file: arrays, not a model. Only Keras models are read."
    case .onnx: "an ONNX model. Only Keras models are read."
    case .architectureAsYAML:
      "the architecture of a Keras model as YAML, without its weights. Build the model in Python, load the weights and "
        + "save it with model.save('model.keras')."
    case .otherJSON: "JSON, but not the architecture of a Keras model (model.to_json())."
    case .otherZip: "a zip archive, but not a Keras model (.keras): it has no config.json."
    case .gzip: "compressed with gzip. Decompress it first."
    case .tar: "a tar archive. Unpack it first."
    case .largeFilePointer: "a Git LFS pointer, not the file itself. Download it with git lfs pull."
    case .webPage: "a web page, not the file itself. Download it again."
    case .unknown:
      "not a model: neither a Martlet checkpoint, nor a zip archive (.keras), nor an HDF5 file (.h5)."
    }
  }
}
