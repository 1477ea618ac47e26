import DurableFiles
import SystemResources
import Tensors

/// A reader of the IDX format, in which MNIST is published: a magic number, the sizes (big-endian), then the values.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
package enum IDXFile {
  /// Reads byte images: (count, height, width), or with channels as a fourth dimension; plain or gzip.
  ///
  /// - Throws: `FileError` or `DatasetError` with the path and what is wrong.
  package static func readImages(_ path: String) throws -> (shape: Shape, pixels: [UInt8]) {
    let images = try open(path, as: .images)
    return ([images.shape[1], images.shape[2], images.shape.count == 4 ? images.shape[3] : 1], try images.bytes())
  }

  /// Reads byte labels: (count); plain or gzip.
  ///
  /// - Throws: `FileError` or `DatasetError` with the path and what is wrong.
  package static func readLabels(_ path: String) throws -> [Int32] {
    let labels = try open(path, as: .labels)
    guard Memory.canHold(labels.valueCount * MemoryLayout<Int32>.stride) else {
      throw DatasetError.damaged(path: path, reason: "its \(labels.valueCount) labels do not fit in memory")
    }
    return try labels.bytes().map(Int32.init)
  }

  /// Maps a plain file, or unpacks a gzip file in memory.
  ///
  /// - Throws: `FileError` or `DatasetError` with the path and what is wrong.
  static func open(_ path: String, as content: IDXContent) throws -> IDXArray {
    let file = try MappedFile(path: path)
    let start = Array(file.bytes.prefix(FileKind.prefixCount))
    guard GzipReader.isGzip(start) else { return try IDXArray(FileBytes(file), path: path, content) }
    let packed = try AtomicFile.read(path)
    return try open(packed, path: path, as: content)
  }

  /// Images: mapped if they are plain; of a gzip file unpacked in memory, or row by row for a cache file.
  ///
  /// - Throws: as `open(_:as:)`.
  static func openImages(_ path: String, _ cache: ConvertedSamples) throws -> any StoredArray {
    guard cache == .disk else { return try open(path, as: .images) }
    let file = try MappedFile(path: path)
    guard GzipReader.isGzip(Array(file.bytes.prefix(FileKind.prefixCount))) else {
      return try IDXArray(FileBytes(file), path: path, .images)
    }
    return try IDXStream(file)
  }

  /// An array in memory; unpacks gzip.
  static func open(_ packed: [UInt8], path: String, as content: IDXContent) throws -> IDXArray {
    guard GzipReader.isGzip(packed) else { return try IDXArray(FileBytes(packed), path: path, content) }
    var unpacked = try GzipReader.unpack(packed, path: path, headerCount: FileKind.prefixCount) {
      try IDXHeader($0, path: path, content: content).fileCount(heldBy: packed.count * GzipReader.largestRatio)
    }
    return try IDXArray(unpacked: &unpacked, path: path, content)
  }
}

/// An array of unsigned bytes in an IDX file.
struct IDXArray: StoredArray {
  let place: String
  let shape: [Int]
  private let contents: Contents
  private let headerCount: Int

  private enum Contents {
    /// A whole file.
    case file(FileBytes)
    /// The values alone, in memory: they are used where they are, not copied.
    case values([UInt8])
  }

  /// - Throws: `DatasetError.damaged` if it is not an IDX file of the expected content.
  fileprivate init(_ bytes: FileBytes, path: String, _ content: IDXContent) throws {
    let header = try IDXHeader(
      Array(bytes.prefix(FileKind.prefixCount)), path: path, content: content, ofFileWith: bytes.count)
    (place, contents, shape, headerCount) = (path, .file(bytes), header.sizes, header.count)
  }

  /// - Parameter unpacked: the contents of a file, of which the array takes the values.
  /// - Throws: as `init(_:path:_:)`.
  fileprivate init(unpacked: inout [UInt8], path: String, _ content: IDXContent) throws {
    let header = try IDXHeader(
      Array(unpacked.prefix(FileKind.prefixCount)), path: path, content: content, ofFileWith: unpacked.count)
    unpacked.removeFirst(header.count)
    (place, contents, shape, headerCount) = (path, .values(unpacked), header.sizes, header.count)
    unpacked = []
  }

  var name: String { place }
  var type: StoredNumber { .byte }
  var file: MappedFile? {
    guard case .file(let bytes) = contents else { return nil }
    return bytes.file
  }
  var offset: Int? { file == nil ? nil : headerCount }

  func read(rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let part = rows.lowerBound * rowLength..<rows.upperBound * rowLength
    switch contents {
    case .file(let bytes):
      bytes.withUnsafeBytes(headerCount + part.lowerBound..<headerCount + part.upperBound) {
        output.copyMemory(from: $0)
      }
    case .values(let values): values[part].withUnsafeBytes { output.copyMemory(from: $0) }
    }
  }

  func bytes() throws -> [UInt8] {
    guard case .values(let values) = contents else { return try readBytes() }
    return values
  }
}

/// The header of an IDX file: the magic number and the sizes.
struct IDXHeader {
  let sizes: [Int]
  private let path: String

  /// The size of the header in bytes: the magic number, and a size per dimension.
  var count: Int { 4 + 4 * sizes.count }

  /// - Parameter bytes: the start of the file, `FileKind.prefixCount` bytes or all of it.
  /// - Throws: `DatasetError.damaged`, naming the actual format if it is not the expected one.
  init(_ bytes: [UInt8], path: String, content: IDXContent) throws {
    self.path = path
    func damaged(_ reason: String) -> DatasetError { .damaged(path: path, reason: reason) }
    guard !bytes.isEmpty else { throw damaged("empty") }
    guard let magic = IDXMagic(bytes), content.dimensions.contains(magic.dimensions), magic.type == .unsignedByte,
      magic.isBigEndian
    else {
      throw damaged(Self.mistake(bytes, content))
    }
    let count = 4 + 4 * magic.dimensions
    guard bytes.count >= count else { throw damaged("truncated within its header") }
    sizes = stride(from: 4, to: count, by: 4).map { bytes[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
    let values = Self.product(sizes) ?? .max
    guard values <= 1 << 40 || Self.swapped(sizes) != nil else { throw damaged("its header has the sizes \(sizes)") }
    guard values > 0 else { throw damaged("it has no \(content.rawValue): its header has the sizes \(sizes)") }
  }

  /// - Parameter size: the size of the whole file in bytes, which must be the one that the header declares.
  /// - Throws: as `init(_:path:content:)`.
  init(_ bytes: [UInt8], path: String, content: IDXContent, ofFileWith size: Int) throws {
    try self.init(bytes, path: path, content: content)
    let declared = try fileCount(heldBy: size)
    guard size == declared else {
      throw DatasetError.damaged(
        path: path,
        reason: size < declared
          ? "truncated: it has \(size) bytes, its header declares \(declared)"
          : "too long: it has extra bytes after the \(declared) its header declares")
    }
  }

  /// The size of the whole decompressed file in bytes.
  ///
  /// - Parameter limit: the maximum number of bytes available.
  /// - Throws: `DatasetError.damaged` if the sizes are only valid in the other byte order.
  func fileCount(heldBy limit: Int) throws -> Int {
    let fileCount = count + (Self.product(sizes) ?? .max - count)
    if fileCount > limit, let swapped = Self.swapped(sizes), count + swapped <= limit {
      throw DatasetError.damaged(path: path, reason: "its sizes are little-endian, those of IDX are big-endian")
    }
    return fileCount
  }

  /// What is wrong with a file that is not an IDX file of bytes with the right dimensions.
  private static func mistake(_ bytes: [UInt8], _ content: IDXContent) -> String {
    if let magic = IDXMagic(bytes) { return magic.mistake(readAs: content) }
    if let kind = FileKind(startingWith: bytes) {
      return "\(kind), not an IDX file of \(content.rawValue)\(kind.advice.map { "; \($0)" } ?? "")"
    }
    guard bytes.count >= 4 else { return "truncated: \(bytes.count) bytes are not an IDX file" }
    return "not an IDX file of \(content.rawValue), nor of any other known format"
  }

  private static func product(_ sizes: [Int]) -> Int? {
    sizes.reduce(1 as Int?) { product, size in
      guard let (partial, overflow) = product?.multipliedReportingOverflow(by: size), !overflow else { return nil }
      return partial
    }
  }

  /// The number of values if the sizes are read in the other byte order; nil if that is too many.
  private static func swapped(_ sizes: [Int]) -> Int? {
    product(sizes.map { Int(UInt32(truncatingIfNeeded: $0).byteSwapped) }).flatMap { $0 <= 1 << 40 ? $0 : nil }
  }
}
