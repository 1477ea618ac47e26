import Digests
import DurableFiles

/// The published binary archive of a CIFAR data set: its name, its contents, and how they are verified.
struct CIFARArchive: Sendable {
  let dataset: String
  /// The name on the servers, `cifar-10-binary.tar.gz`.
  let fileName: String
  /// The directory of the files in the archive.
  let directory: String
  let layout: CIFARLayout
  /// The SHA-256 of the archive.
  let sha256: String

  /// The bytes of all files, and room for other members (names of classes, a readme) and headers.
  private var unpackedLimit: Int { layout.files.reduce(16 << 20) { $0 + layout.size(of: $1) } }

  /// The name of the archive without compression: a server may send it decompressed.
  var plainName: String { fileName.hasSuffix(".gz") ? String(fileName.dropLast(3)) : fileName }

  // MARK: - Reading

  /// Reads splits from a packed archive.
  ///
  /// - Throws: `DatasetError.damaged`, `FileError`.
  func read(_ splits: [DatasetSplit], ofArchive path: String, labelIndex: Int) throws -> [CIFARImages] {
    var parts = splits.map { CIFARImages($0, layout, labelIndex: labelIndex) }
    let tar = try TarReader(path: path, limit: unpackedLimit)
    var found: Set<String> = []
    while let member = try tar.next() {
      let name = member.name.split(separator: "/").last.map(String.init) ?? ""
      guard member.isFile, let file = layout.files.first(where: { $0.name == name }) else { continue }
      let place = "\(path), '\(member.name)'"
      guard found.insert(name).inserted else { throw DatasetError.damaged(path: place, reason: "it is there twice") }
      try check(member.size, of: file, path: place)
      guard let part = splits.firstIndex(of: file.split) else { continue }
      try parts[part].fill(file, path: place) { try tar.read(into: $0) }
    }
    try tar.finish()
    if let missing = layout.files.first(where: { !found.contains($0.name) }) {
      throw DatasetError.damaged(path: path, reason: "has no '\(missing.name)': it is not the published \(fileName)")
    }
    let isGood = parts.allSatisfy { $0.digest == layout.digest(of: $0.split) }
    guard try isGood || isPublished(path) else { throw DatasetError.damaged(path: path, reason: isNotPublished) }
    return parts
  }

  /// Reads splits from unpacked files.
  ///
  /// - Throws: `DatasetError.damaged`, `FileError`.
  func read(_ splits: [DatasetSplit], ofDirectory directory: String, labelIndex: Int) throws -> [CIFARImages] {
    try splits.map { split in
      var part = CIFARImages(split, layout, labelIndex: labelIndex)
      for file in layout.files(of: split) {
        let reader = try FileReader(path: "\(directory)/\(file.name)")
        try check(reader.size, of: file, path: reader.path)
        try part.fill(file, path: reader.path) { buffer in
          guard try reader.read(into: buffer) == buffer.count else {
            throw DatasetError.damaged(path: reader.path, reason: "it became shorter while it was read")
          }
        }
      }
      guard part.digest == layout.digest(of: split) else {
        let names = layout.files(of: split).map(\.name).joined(separator: ", ")
        throw DatasetError.damaged(path: "\(directory) (\(names))", reason: isNotPublished)
      }
      return part
    }
  }

  private var isNotPublished: String {
    "its contents are not those of the published '\(dataset)': it is corrupt, or of another data set"
  }

  private func check(_ size: Int, of file: CIFARLayout.File, path: String) throws {
    let expected = layout.size(of: file)
    guard size != expected else { return }
    throw DatasetError.damaged(
      path: path,
      reason: "\(size < expected ? "truncated" : "too long"): it has \(size) bytes, \(file.records) records of "
        + "\(layout.recordSize) bytes are \(expected)")
  }

  /// Whether this is the published archive bit for bit.
  private func isPublished(_ path: String) throws -> Bool {
    let reader = try FileReader(path: path)
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try reader.read(into: buffer)
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if count < buffer.count { return hash.finalize().hexadecimal == sha256 }
    }
  }
}

extension CIFARArchive: PublishedDownload {
  var name: String { fileName }

  var remoteName: String { fileName }

  var byteLimit: Int { DownloadLimits.packedBytes(ofUnpacked: unpackedLimit) }

  func path(in directory: String) -> String? {
    [fileName, plainName].map { "\(directory)/\($0)" }.first(where: AtomicFile.isFile)
  }

  func isGood(_ path: String) throws -> Bool {
    do {
      _ = try read(DatasetSplit.published, ofArchive: path, labelIndex: 0)
      return true
    } catch is DatasetError {
      return false
    }
  }

  func verify(_ path: String, address: String) throws -> (name: String, obsolete: String?) {
    do {
      _ = try read(DatasetSplit.published, ofArchive: path, labelIndex: 0)
    } catch DatasetError.damaged(_, let reason) {
      throw DownloadFailure(reason: "the downloaded file is corrupt: \(reason)", isLost: true)
    }
    let isPacked = AtomicFile.start(of: path, count: 2).map { GzipReader.isGzip($0) } ?? false
    return isPacked ? (fileName, nil) : (plainName, nil)
  }
}
