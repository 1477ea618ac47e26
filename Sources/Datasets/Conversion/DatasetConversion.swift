import DurableFiles
import Tensors

/// Writes the parts of a data set to files of another format, complete or not at all, a few megabytes at a time.
package enum DatasetConversion {
  /// The formats.
  package enum Format: Equatable, Sendable {
    /// A NumPy archive, uncompressed: x_train, y_train, w_train for weights; x_val, x_test…
    case npz
    /// HDF5, contiguous and uncompressed: /train/x, /train/y…
    case hdf5
    /// IDX files, named as those of MNIST, after a prefix: `directory/`, or `directory/name-`.
    case idx(prefix: String)

    /// The format of a path: by its suffix, or IDX for a directory or a name without a suffix. Nil for another suffix.
    package init?(path: String) {
      let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
      if path.hasSuffix("/") || AtomicFile.isDirectory(path) {
        self = .idx(prefix: path.hasSuffix("/") ? path : "\(path)/")
      } else if name.hasSuffix(".npz") {
        self = .npz
      } else if name.hasSuffix(".h5") || name.hasSuffix(".hdf5") {
        self = .hdf5
      } else if !name.contains(".") {
        self = .idx(prefix: "\(path)-")
      } else {
        return nil
      }
    }
  }

  /// What was written.
  package struct Result: Equatable, Sendable {
    /// The files.
    package let files: [String]
    /// An array per line: its name, shape and type.
    package let arrays: [String]
    /// What the format cannot hold and was left out.
    package let notes: [String]
    /// The configuration that reads the files.
    package let configuration: String
  }

  /// The files that a conversion would write.
  package static func files(_ parts: [DatasetPart], to path: String, _ format: Format) -> [String] {
    guard case .idx(let prefix) = format else { return [path] }
    return parts.flatMap { part in
      OutputArray.all(of: part).filter { $0.role != .weights }.map { IDXConversion.path($0, prefix: prefix) }
    }
  }

  /// Writes the files.
  ///
  /// - Throws: `DatasetError` if the format cannot hold the data, or an input cannot be decoded; `FileError`,
  ///   `HDF5WritingError`. No file is changed then.
  package static func write(_ parts: [DatasetPart], to path: String, _ format: Format) throws -> Result {
    switch format {
    case .npz: try NPZConversion.write(parts, to: path)
    case .hdf5: try HDF5Conversion.write(parts, to: path)
    case .idx(let prefix): try IDXConversion.write(parts, prefix: prefix)
    }
  }

  /// `x_train: bytes (60000, 28, 28, 1)`
  static func line(_ name: String, _ array: OutputArray) -> String {
    let type =
      switch array.element {
      case .uint8: "bytes"
      case .int32: "labels"
      case .float32: "floats"
      }
    return "\(name): \(type) \(Shape(array.dimensions))"
  }
}
