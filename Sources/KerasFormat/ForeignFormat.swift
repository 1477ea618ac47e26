/// A format that other programs have for models or data and that is not read: told by its first bytes, or by the names
/// in an archive, so that messages can say what a file is.
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
  /// - Parameter bytes: a file that is no zip archive, no HDF5 file and no JSON of a model.
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
    // The number that ends a table of TensorFlow's.
    if bytes.suffix(8) == [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb] { return .tensorFlowCheckpoint }
    return .unknown
  }
}

extension ForeignFormat: CustomStringConvertible {
  /// What it is and what to do, after "the file is".
  public var description: String {
    let save = "Load it in Python and save it with model.save('model.keras')."
    return switch self {
    case .empty: "empty."
    case .savedModel: "a SavedModel of TensorFlow's. \(save)"
    case .tensorFlowCheckpoint: "a checkpoint of TensorFlow's, which holds weights alone. \(save)"
    case .tensorFlowLite:
      "a model of TensorFlow Lite, which cannot be trained. Take the Keras model that it was made of."
    case .pyTorch: "a file of PyTorch's. Only models of Keras are read."
    case .pickle: "a pickle of Python's, which can run any code when it is read. Only models of Keras are read."
    case .safeTensors: "a safetensors file. Only models of Keras are read."
    case .numPyArray, .numPyArchive: "NumPy's: arrays, and no model. Only models of Keras are read."
    case .onnx: "an ONNX model. Only models of Keras are read."
    case .architectureAsYAML:
      "the architecture of a Keras model as YAML, without its weights. Build the model in Python, load the weights and "
        + "save it with model.save('model.keras')."
    case .otherJSON: "JSON, but not the architecture of a Keras model (model.to_json())."
    case .otherZip: "a zip archive, but no model of Keras (.keras): it has no config.json."
    case .gzip: "packed with gzip. Unpack it first."
    case .tar: "a tar archive. Unpack it first."
    case .largeFilePointer: "a pointer of Git LFS, not the file itself. Fetch it with git lfs pull."
    case .webPage: "a web page, not the file itself. Download it again."
    case .unknown:
      "no model: neither a checkpoint of Martlet's, nor a zip archive (.keras), nor an HDF5 file (.h5)."
    }
  }
}
