import Configuration
import DurableFiles
import HDF5Reading

/// The arrays of a mapped HDF5 file.
struct HDF5Arrays {
  private let file: MappedFile
  private let root: HDF5Group

  /// - Throws: `FileError`, `HDF5Error`, or `DatasetError.damaged` if it is another file.
  init(path: String) throws {
    file = try MappedFile(path: path)
    let start = Array(file.bytes.prefix(FileKind.prefixCount))
    guard !start.isEmpty else { throw DatasetError.damaged(path: path, reason: "empty") }
    guard HDF5File.isHDF5(FileBytes(file)) else {
      let kind = FileKind(startingWith: start)
      let advice = kind?.advice.map { "; \($0)" } ?? ""
      throw DatasetError.damaged(
        path: path, reason: "\(kind?.description ?? "a file of an unknown format"), not an HDF5 file\(advice)")
    }
    root = try HDF5File(FileBytes(file), path: path).root
  }

  /// The dataset at a path in the file.
  ///
  /// - Throws: `HDF5Error` if it cannot be read, or `DatasetError.damaged` with existing paths if it is missing or a
  ///   group.
  func array(_ path: String) throws -> HDF5StoredArray {
    do {
      return HDF5StoredArray(array: try root.array(path), path: file.path, file: file)
    } catch let error as HDF5Error where error.problem == .missing {
      throw missing(path)
    } catch let error as HDF5Error where error.problem == .unexpected(expected: "a dataset", found: "a group") {
      throw DatasetError.damaged(
        path: file.path, reason: "'\(error.object)' is a group, not a dataset; \(Self.list(below(error.object)))")
    }
  }

  /// The paths of all datasets, the first ones of many.
  var paths: [String] { root.datasetPaths(limit: 1000) }

  private func missing(_ path: String) -> DatasetError {
    let known = paths
    let wanted = path.hasPrefix("/") ? path : "/\(path)"
    let last = wanted.split(separator: "/").last.map(String.init) ?? ""
    let nearest =
      NearestWord.nearest(to: wanted, among: known) ?? known.first { !last.isEmpty && $0.hasSuffix("/\(last)") }
    let advice = nearest.map { "did you mean '\($0)'? " } ?? ""
    return .damaged(path: file.path, reason: "has no dataset '\(path)'; \(advice)\(Self.list(known))")
  }

  private func below(_ group: String) -> [String] {
    (try? root.group(group).datasetPaths(limit: 1000)) ?? []
  }

  private static func list(_ paths: [String]) -> String {
    guard !paths.isEmpty else { return "it has no datasets" }
    return "it has " + paths.prefix(8).joined(separator: ", ") + (paths.count > 8 ? ", …" : "")
  }
}

/// A dataset of an HDF5 file.
struct HDF5StoredArray: StoredArray {
  let array: HDF5Array
  /// The path of the file.
  let path: String
  /// Nil if the file is in memory.
  let file: MappedFile?

  var place: String { "\(path): \(array.path)" }
  var name: String { array.path }
  var shape: [Int] { array.dimensions }

  var type: StoredNumber {
    let kind: StoredNumber.Kind =
      switch array.kind {
      case .bool: .bool
      case .signed: .signed
      case .unsigned: .unsigned
      case .float: .float
      }
    return StoredNumber(kind: kind, size: array.elementSize, isBigEndian: array.isBigEndian)
  }

  var offset: Int? { array.range?.lowerBound }
  var rowsPerRead: Int { array.chunkRows }

  func read(rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws {
    try array.read(rows: rows, into: bytes)
  }
}
