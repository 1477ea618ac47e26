import DurableFiles
import ZipArchive

/// Writes NumPy archives.
///
/// Source: NEP 1, "A Simple File Format for NumPy Arrays", version 1.0.
enum NPZConversion {
  static func write(_ parts: [DatasetPart], to path: String) throws -> DatasetConversion.Result {
    let file = try StagedFile(path)
    var archive = ZipStreamWriter {
      try file.write($0)
    } replace: {
      try file.replace($0, at: $1)
    }
    var lines: [String] = []
    for array in parts.flatMap({ OutputArray.all(of: $0) }) {
      let name = name(array)
      let header = header(array.element.numPyType, shape: array.dimensions)
      try archive.add("\(name).npy", size: header.count + array.byteCount) { append in
        try header.withUnsafeBytes { try append($0) }
        try array.forEachChunk { try append($1) }
      }
      lines.append(DatasetConversion.line(name, array))
    }
    if let names = parts.lazy.compactMap(\.data.classNames).first {
      let (type, values) = strings(names)
      let bytes = header(type, shape: [names.count]) + values
      try archive.add("class_names.npy", size: bytes.count) { append in try bytes.withUnsafeBytes { try append($0) } }
      lines.append("class_names: strings (\(names.count),)")
    }
    try archive.finish()
    try file.commit()
    return DatasetConversion.Result(
      files: [path], arrays: lines, notes: [], configuration: "data: {dataset: npz, file: \(path)}")
  }

  private static func name(_ array: OutputArray) -> String {
    let letter =
      switch array.role {
      case .inputs: "x"
      case .targets: "y"
      case .weights: "w"
      }
    return "\(letter)_\(array.part.name == .validation ? "val" : array.part.name.rawValue)"
  }

  /// Magic, version, header length, and the header as a Python dictionary.
  private static func header(_ type: String, shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let start = NumPyHeader.magic + [1, 0]
    // The data starts at a multiple of 64.
    let padding = 63 - (start.count + 2 + dictionary.utf8.count) % 64
    let header = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    return start + withUnsafeBytes(of: UInt16(header.count).littleEndian) { Array($0) } + header
  }

  /// Strings of the length of the longest one, in UTF-32.
  private static func strings(_ texts: [String]) -> (type: String, bytes: [UInt8]) {
    let length = max(texts.map(\.unicodeScalars.count).max() ?? 1, 1)
    let bytes = texts.flatMap { text in
      let scalars = text.unicodeScalars.map(\.value)
      return (scalars + [UInt32](repeating: 0, count: length - scalars.count)).flatMap { scalar in
        withUnsafeBytes(of: scalar.littleEndian) { Array($0) }
      }
    }
    return ("<U\(length)", bytes)
  }
}

extension OutputArray.Element {
  fileprivate var numPyType: String {
    switch self {
    case .uint8: "|u1"
    case .int32: "<i4"
    case .float32: "<f4"
    }
  }
}
