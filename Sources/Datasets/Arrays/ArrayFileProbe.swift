import DurableFiles
import HDF5Reading

/// Reads everything of an untrusted file of arrays, for fuzzing and tests: for any bytes it must return or throw.
package enum ArrayFileProbe: String, CaseIterable, Sendable {
  case npy
  case npz
  case idx
  case hdf5

  /// - Throws: `DatasetError`, `ZipError` or `FileError` for what cannot be read.
  package func read(_ bytes: [UInt8]) throws {
    switch self {
    case .npy:
      try Self.read(NumPyArray(bytes, place: "input"))
    case .npz:
      let archive = try NPZFile(bytes, path: "input")
      for name in archive.names.prefix(20) { try? Self.read(archive.array(name)) }
      for split in DatasetSplit.published {
        _ = try? NPZSource(file: "input").load(split, of: archive, name: "input", DatasetContext(environment: [:]))
      }
    case .idx:
      for content in [IDXContent.images, .labels] {
        if let array = try? IDXFile.open(bytes, path: "input", as: content) { try Self.read(array) }
      }
    case .hdf5:
      let root = try HDF5File(FileBytes(bytes), path: "input", verifiesChecksums: false).root
      for path in root.datasetPaths(limit: 100) {
        try? Self.read(HDF5StoredArray(array: root.array(path), path: "input", file: nil))
      }
    }
  }

  /// Reads all values in every way, and single rows backwards.
  private static func read(_ array: some StoredArray) throws {
    // Compressed zeros may be many.
    guard array.valueCount <= 1 << 22 else { return }
    _ = try? array.floats()
    if array.type.kind != .float { _ = try? array.labels() }
    if array.type.isByte { _ = try? array.bytes() }
    guard array.valueCount > 0 else { return }
    var row = [UInt8](repeating: 0, count: array.rowLength * array.type.size)
    for index in (0..<array.rowCount).suffix(4).reversed() {
      try row.withUnsafeMutableBytes { try array.read(rows: index..<index + 1, into: $0) }
    }
  }
}
