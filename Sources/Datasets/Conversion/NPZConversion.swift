import DurableFiles
import ZipArchive

/// Writes NumPy archives.
enum NPZConversion {
  static func write(_ parts: [DatasetPart], to path: String) throws -> DatasetConversion.Written {
    let file = try StagedFile(path)
    var archive = ZipStreamWriter {
      try file.write($0)
    } replace: {
      try file.replace($0, at: $1)
    }
    var lines: [String] = []
    for array in parts.flatMap({ OutputArray.all(of: $0) }) {
      let name = name(array)
      let header = NumPyEncoding.header(array.element.numPyType, shape: array.dimensions)
      try archive.add("\(name).npy", size: header.count + array.byteCount) { append in
        try header.withUnsafeBytes { try append($0) }
        try array.forEachChunk { try append($1) }
      }
      lines.append(DatasetConversion.line(name, array))
    }
    if let names = parts.lazy.compactMap(\.data.classNames).first {
      let bytes = NumPyEncoding.array(names)
      try archive.add("class_names.npy", size: bytes.count) { append in try bytes.withUnsafeBytes { try append($0) } }
      lines.append("class_names: strings (\(names.count),)")
    }
    try archive.finish()
    try file.commit()
    return DatasetConversion.Written(
      files: [path], arrays: lines,
      options: [DatasetConversion.entry("dataset", NPZSource.name), DatasetConversion.entry("file", path)])
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
