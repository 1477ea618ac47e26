import DurableFiles
import ZipArchive

/// A NumPy `.npz` file: a zip archive with an `.npy` file per array.
struct NPZFile {
  let path: String
  private let archive: ZipReader

  /// Maps the file.
  ///
  /// - Throws: `FileError`, `ZipError`, or `DatasetError.damaged` if it is not an archive.
  init(path: String) throws { try self.init(FileBytes(MappedFile(path: path)), path: path) }

  /// - Parameter bytes: the contents of the file.
  /// - Throws: as `init(path:)`.
  init(_ bytes: [UInt8], path: String) throws { try self.init(FileBytes(bytes), path: path) }

  private init(_ bytes: FileBytes, path: String) throws {
    self.path = path
    guard !bytes.isEmpty else { throw DatasetError.damaged(path: path, reason: "empty") }
    guard ZipReader.isZip(bytes) else {
      let kind = FileKind(startingWith: bytes)
      let advice = kind?.advice ?? "write it with numpy.savez(file, x_train=…, y_train=…, x_test=…, y_test=…)"
      throw DatasetError.damaged(
        path: path,
        reason: "\(kind?.description ?? "a file of an unknown format"), not a NumPy archive (.npz); \(advice)")
    }
    archive = try ZipReader(bytes, path: path)
  }

  /// The names of the arrays.
  var names: [String] {
    archive.names.filter { $0.hasSuffix(Self.suffix) }.map { String($0.dropLast(Self.suffix.count)) }
  }

  private static let suffix = ".npy"

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// - Throws: `DatasetError.damaged` if the array is missing or corrupt; `ZipError`.
  func array(_ name: String) throws -> NumPyArray {
    guard contains(name) else { throw missing(name) }
    return try NumPyArray(archive.content(of: name + Self.suffix), place: place(of: name), name: name)
  }

  func place(of name: String) -> String { "\(path): array '\(name)'" }

  private func missing(_ name: String) -> DatasetError {
    let shown = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
    let others = names.isEmpty ? "no arrays" : shown
    return .damaged(
      path: path,
      reason:
        "has no array '\(name)'; it has \(others). Write it with numpy.savez(file, x_train=…, y_train=…, x_test=…, "
        + "y_test=…)")
  }
}
