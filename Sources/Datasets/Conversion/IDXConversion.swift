import DurableFiles

/// Writes pairs of IDX files.
enum IDXConversion {
  static func write(_ parts: [DatasetPart], prefix: String) throws -> DatasetConversion.Written {
    for part in parts { try check(part) }
    if let end = prefix.lastIndex(of: "/"), end != prefix.startIndex {
      try AtomicFile.createDirectory(String(prefix[..<end]))
    }
    let arrays = parts.flatMap { part in OutputArray.all(of: part).filter { $0.role != .weights } }
    let files = try arrays.map { array in
      let file = try StagedFile(path(array, prefix: prefix))
      try file.write(header(array))
      try array.forEachChunk { _, bytes in
        if array.role == .inputs {
          try file.write(bytes)
        } else {
          // The first byte of a label is its value.
          try file.write(stride(from: 0, to: bytes.count, by: array.element.size).map { bytes[$0] })
        }
      }
      try file.sync()
      return file
    }
    for file in files { try file.commit() }
    let options = zip(arrays, files).compactMap { array, file in
      array.part.name == .validation
        ? nil : DatasetConversion.entry("\(array.part.name)_\(array.role == .inputs ? "images" : "labels")", file.path)
    }
    return DatasetConversion.Written(
      files: files.map(\.path),
      arrays: zip(arrays, files).map { DatasetConversion.line($1.path, $0) },
      options: [DatasetConversion.entry("dataset", IDXSource.name)] + options)
  }

  /// `mine/train-images-idx3-ubyte`, the names of MNIST's files.
  static func path(_ array: OutputArray, prefix: String) -> String {
    let part =
      switch array.part.name {
      case .train: "train"
      case .validation: "validation"
      case .test: "t10k"
      }
    return array.role == .inputs
      ? "\(prefix)\(part)-images-idx\(dimensions(array).count)-ubyte" : "\(prefix)\(part)-labels-idx1-ubyte"
  }

  /// The dimensions in the file: gray images have no channels there.
  private static func dimensions(_ array: OutputArray) -> [Int] {
    let dimensions = array.dimensions
    return dimensions.count == 4 && dimensions[3] == 1 ? Array(dimensions[..<3]) : dimensions
  }

  private static func header(_ array: OutputArray) -> [UInt8] {
    let dimensions = dimensions(array)
    return [0, 0, 0x08, UInt8(dimensions.count)]
      + dimensions.flatMap { size in withUnsafeBytes(of: UInt32(size).bigEndian) { Array($0) } }
  }

  /// - Throws: `DatasetError.unfitFormat` unless the part is bytes, images and labels.
  private static func check(_ part: DatasetPart) throws {
    let data = part.data
    func unfit(_ reason: String) -> DatasetError {
      .unfitFormat(name: data.name, format: "IDX", reason: reason, advice: "Write .npz or .h5 instead")
    }
    guard data.input.element == .uint8 else { throw unfit("its inputs are \(data.input), and IDX files hold bytes") }
    guard data.shape.image != nil else { throw unfit("its inputs are \(data.input), and IDX files hold images") }
    guard data.weights == nil else { throw unfit("its samples have weights") }
    guard data.target == nil || data.target?.element == .label else {
      throw unfit("its targets are numbers, and IDX files hold labels")
    }
    if let sample = (0..<data.count).first(where: { (data.label($0) ?? 0) > 255 }) {
      throw unfit("sample \(sample) has the label \(data.label(sample) ?? 0), and labels are bytes, 0 to 255")
    }
    guard data.count <= UInt32.max else { throw unfit("it has \(data.count) samples, more than its header can state") }
  }
}
