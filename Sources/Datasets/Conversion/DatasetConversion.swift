import Configuration
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
  /// - Parameter scale: the divisor of the inputs in training; nil for the default of the data's source.
  /// - Throws: `DatasetError` if the format cannot hold the data, or an input cannot be decoded; `FileError`,
  ///   `HDF5WritingError`. No file is changed then.
  package static func write(
    _ parts: [DatasetPart], to path: String, _ format: Format, scale: Float? = nil
  ) throws -> Result {
    let written =
      switch format {
      case .npz: try NPZConversion.write(parts, to: path)
      case .hdf5: try HDF5Conversion.write(parts, to: path)
      case .idx(let prefix): try IDXConversion.write(parts, prefix: prefix)
      }
    return Result(
      files: written.files, arrays: written.arrays, notes: written.notes,
      configuration: section(written.options + Self.settings(of: parts, scale: scale)))
  }

  /// What a format has written.
  struct Written {
    let files: [String]
    let arrays: [String]
    var notes: [String] = []
    /// The options of the source that reads the files.
    let options: [ConfigurationEntry]
  }

  /// What the files do not say: the divisor, where it is not the default for arrays, and the names of the classes.
  private static func settings(of parts: [DatasetPart], scale: Float?) -> [ConfigurationEntry] {
    guard let train = parts.first?.data else { return [] }
    // Resized pictures are floats in the range of bytes.
    let areBytes = train.input.element == .uint8
    let own = scale ?? (areBytes || train.isOfPictures ? 255 : 1)
    let divisor =
      own == (areBytes ? 255 : 1) ? [] : [ConfigurationEntry("scale", ConfigurationNode(.number(Double(own))))]
    let names = parts.lazy.compactMap(\.data.classNames).first.map { names in
      [ConfigurationEntry("class_names", ConfigurationNode(.sequence(names.map { ConfigurationNode(.string($0)) })))]
    }
    return divisor + (names ?? [])
  }

  /// `data: {dataset: npz, file: mine.npz}`, in YAML.
  private static func section(_ options: [ConfigurationEntry]) -> String {
    func text(_ node: ConfigurationNode) -> String {
      switch node.value {
      case .sequence(let elements): return "[\(elements.map(text).joined(separator: ", "))]"
      case .number(let value) where value == value.rounded() && abs(value) < 1e9: return "\(Int(value))"
      case .string(let value) where value.wholeMatch(of: /[A-Za-z\/._][A-Za-z0-9\/._\-]*/) != nil:
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        return words.contains(value.lowercased()) ? node.json : value
      default: return node.json
      }
    }
    return "data: {\(options.map { "\($0.key): \(text($0.node))" }.joined(separator: ", "))}"
  }

  static func entry(_ key: String, _ value: String) -> ConfigurationEntry {
    ConfigurationEntry(key, ConfigurationNode(.string(value)))
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
