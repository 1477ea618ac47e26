import DurableFiles

/// Reads the IDX format, in which MNIST is published: a magic number, the sizes (big-endian), then the values.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
public enum IDXFile {
  /// Reads images of bytes: (count, height, width), or with 1 or 3 channels as a fourth dimension; plain or gzip.
  ///
  /// - Throws: `FileError` or `DatasetError` with the path and what is wrong.
  public static func readImages(_ path: String) throws -> (shape: ImageShape, pixels: [UInt8]) {
    let (sizes, pixels) = try read(path, dimensions: 3...4, what: "images")
    let channels = sizes.count == 4 ? sizes[3] : 1
    guard channels == 1 || channels == 3 else {
      throw DatasetError.damaged(path: path, reason: "its images have \(channels) channels; 1 or 3 can be read")
    }
    return (ImageShape(height: sizes[1], width: sizes[2], channels: channels), pixels)
  }

  /// Reads labels of a byte each: (count); plain or gzip.
  ///
  /// - Throws: `FileError` or `DatasetError` with the path and what is wrong.
  public static func readLabels(_ path: String) throws -> [Int32] {
    try read(path, dimensions: 1...1, what: "labels").values.map(Int32.init)
  }

  /// - Returns: the size of each dimension, and all values.
  private static func read(_ path: String, dimensions: ClosedRange<Int>, what: String) throws -> (
    sizes: [Int], values: [UInt8]
  ) {
    let file = try WholeFile.read(path)
    let header = { try IDXHeader($0, path: path, dimensions: dimensions, what: what) }
    var bytes =
      GzipReader.isGzip(file)
      ? try GzipReader.unpack(file, path: path, headerCount: IDXHeader.count(dimensions: dimensions.upperBound)) {
        try header($0).fileCount
      } : file
    let layout = try header(bytes)
    guard bytes.count == layout.fileCount else {
      throw DatasetError.damaged(
        path: path,
        reason: bytes.count < layout.fileCount
          ? "truncated: it holds \(bytes.count) bytes, its header promises \(layout.fileCount)"
          : "too long: it goes on behind the \(layout.fileCount) bytes that its header promises")
    }
    bytes.removeFirst(layout.count)
    return (layout.sizes, bytes)
  }
}

/// The magic number and the sizes.
private struct IDXHeader {
  let sizes: [Int]
  /// The bytes of the whole unpacked file.
  let fileCount: Int

  /// The bytes of the header.
  var count: Int { Self.count(dimensions: sizes.count) }

  /// The bytes of a header: the magic number, and a size for each dimension.
  static func count(dimensions: Int) -> Int { 4 + 4 * dimensions }

  init(_ bytes: [UInt8], path: String, dimensions: ClosedRange<Int>, what: String) throws {
    func damaged(_ reason: String) -> DatasetError { .damaged(path: path, reason: reason) }
    guard bytes.count >= 4 else {
      throw damaged(bytes.isEmpty ? "empty" : "truncated: \(bytes.count) bytes are no IDX file")
    }
    let expected = dimensions.map { "0x0000080\($0)" }.joined(separator: " or ")
    guard bytes[0] == 0, bytes[1] == 0, bytes[2] == 8, dimensions.contains(Int(bytes[3])) else {
      throw damaged(
        "not an IDX file of \(what): it starts with 0x\(bytes[..<4].hexadecimal), expected \(expected)")
    }
    let dimensionCount = Int(bytes[3])
    guard bytes.count >= Self.count(dimensions: dimensionCount) else { throw damaged("truncated within its header") }
    sizes = (0..<dimensionCount).map { index in
      bytes[4 + 4 * index..<8 + 4 * index].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let values = Self.product(sizes), values <= 1 << 40 else {
      throw damaged("its header has the sizes \(sizes)")
    }
    guard values > 0 else { throw damaged("it holds no \(what): its header has the sizes \(sizes)") }
    fileCount = Self.count(dimensions: dimensionCount) + values
  }

  private static func product(_ sizes: [Int]) -> Int? {
    sizes.reduce(1 as Int?) { product, size in
      guard let (partial, overflow) = product?.multipliedReportingOverflow(by: size), !overflow else { return nil }
      return partial
    }
  }
}
