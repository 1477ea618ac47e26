import DurableFiles
import HDF5Writing

/// Writes HDF5 files.
enum HDF5Conversion {
  static func write(_ parts: [DatasetPart], to path: String) throws -> DatasetConversion.Written {
    let file = try StagedFile(path)
    let writer = try HDF5FileWriter(file.temporaryPath, path: path) { file.releaseLock() }
    var lines: [String] = []
    var options = [DatasetConversion.entry("dataset", HDF5Source.name), DatasetConversion.entry("file", path)]
    for array in parts.flatMap({ OutputArray.all(of: $0) }) {
      let name = "/\(array.part.name)/\(array.role.hdf5Name)"
      let type = array.element.hdf5Type
      try writer.create(name, type, dimensions: array.dimensions)
      try array.forEachChunk { samples, bytes in
        try writer.write(bytes, type, rows: samples, dimensions: array.dimensions, to: name)
      }
      lines.append(DatasetConversion.line(name, array))
      options.append(DatasetConversion.entry("\(array.part.name)_\(array.role.optionName)", name))
    }
    if let names = parts.lazy.compactMap(\.data.classNames).first {
      try writer.write(names, to: "/class_names")
      lines.append("/class_names: strings (\(names.count),)")
    }
    try writer.close()
    try file.commit()
    return DatasetConversion.Written(files: [path], arrays: lines, options: options)
  }
}

extension OutputArray.Role {
  fileprivate var hdf5Name: String {
    switch self {
    case .inputs: "x"
    case .targets: "y"
    case .weights: "weights"
    }
  }

  /// The end of the option of the `hdf5` data set: `train_inputs`.
  fileprivate var optionName: String {
    switch self {
    case .inputs: "inputs"
    case .targets: "targets"
    case .weights: "weights"
    }
  }
}

extension OutputArray.Element {
  fileprivate var hdf5Type: any HDF5StoredNumber.Type {
    switch self {
    case .uint8: UInt8.self
    case .int32: Int32.self
    case .float32: Float.self
    }
  }
}
