import Digests

/// The binary layout of CIFAR: records of label bytes, then the red, green and blue plane of a 32x32 image, row by row.
///
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009), and the data sets' page.
struct CIFARLayout: Sendable {
  /// A file of records.
  struct File: Sendable {
    let name: String
    let split: DatasetSplit
    let records: Int
  }

  static let pixels = 1024
  static let imageSize = 3 * pixels

  /// The files in the order of their samples.
  let files: [File]
  /// The number of classes of each label byte.
  let classCounts: [Int]
  /// The names of the label bytes in messages.
  let labelNames: [String]
  /// The digests of each split's records: see `CIFARImages.digest`.
  let digests: (train: String, test: String)

  /// The size of a record in bytes.
  var recordSize: Int { classCounts.count + Self.imageSize }

  func files(of split: DatasetSplit) -> [File] { files.filter { $0.split == split } }

  func size(of file: File) -> Int { file.records * recordSize }

  func digest(of split: DatasetSplit) -> String { split == .train ? digests.train : digests.test }
}

/// The images and labels of one split, filled file by file.
struct CIFARImages {
  /// The number of records that are read at once.
  private static let chunk = 256

  let layout: CIFARLayout
  let split: DatasetSplit
  /// (count, 32, 32, 3).
  private(set) var images: [UInt8]
  /// The chosen label of each image.
  private(set) var labels: [Int32]
  private let labelIndex: Int
  private var recordDigests: [RecordDigest]

  /// - Parameter labelIndex: the position of the label byte to use.
  init(_ split: DatasetSplit, _ layout: CIFARLayout, labelIndex: Int) {
    (self.split, self.layout, self.labelIndex) = (split, layout, labelIndex)
    let count = layout.files(of: split).reduce(0) { $0 + $1.records }
    images = [UInt8](repeating: 0, count: count * CIFARLayout.imageSize)
    labels = [Int32](repeating: 0, count: count)
    recordDigests = [RecordDigest](repeating: RecordDigest(), count: count)
  }

  /// Reads the records of a file, whose size was checked.
  ///
  /// - Parameters:
  ///   - path: of the file in messages.
  ///   - read: fills a buffer with the next bytes.
  /// - Throws: `DatasetError.damaged` for an invalid label, or what `read` throws.
  mutating func fill(
    _ file: CIFARLayout.File, path: String, read: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let files = layout.files(of: split)
    let first = files.prefix { $0.name != file.name }.reduce(0) { $0 + $1.records }
    let size = layout.recordSize
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk * size, alignment: 16)
    defer { buffer.deallocate() }
    for start in stride(from: 0, to: file.records, by: Self.chunk) {
      let count = min(Self.chunk, file.records - start)
      try read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * size)]))
      for record in 0..<count {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[record * size..<(record + 1) * size])
        try checkLabels(bytes, record: start + record, path: path)
        store(bytes, at: first + start + record)
      }
    }
  }

  private func checkLabels(_ record: UnsafeRawBufferPointer, record index: Int, path: String) throws {
    for (label, count) in layout.classCounts.enumerated() where record[label] >= count {
      throw DatasetError.damaged(
        path: path,
        reason:
          "the \(layout.labelNames[label]) of record \(index) is \(record[label]), at most \(count - 1) is valid: "
          + "it is corrupt, or not in the binary layout of CIFAR")
    }
  }

  private mutating func store(_ record: UnsafeRawBufferPointer, at index: Int) {
    labels[index] = Int32(record[labelIndex])
    recordDigests[index] = RecordDigest(record)
    let planes = UnsafeRawBufferPointer(rebasing: record[layout.classCounts.count...])
    let start = index * CIFARLayout.imageSize
    images.withUnsafeMutableBufferPointer { images in
      for pixel in 0..<CIFARLayout.pixels {
        images[start + 3 * pixel] = planes[pixel]
        images[start + 3 * pixel + 1] = planes[CIFARLayout.pixels + pixel]
        images[start + 3 * pixel + 2] = planes[2 * CIFARLayout.pixels + pixel]
      }
    }
  }

  /// The SHA-256 of the sorted SHA-256 digests of all records, in hexadecimal: independent of their order.
  var digest: String {
    var hash = SHA256()
    for record in recordDigests.sorted() { record.update(&hash) }
    return hash.finalize().hexadecimal
  }
}

/// A SHA-256 as four big-endian words, in which order it sorts as its bytes do.
private struct RecordDigest: Comparable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init() {}

  init(_ bytes: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(bytes)
    hash.finalize().withUnsafeBytes { digest in
      func word(_ index: Int) -> UInt64 {
        UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
      }
      words = (word(0), word(1), word(2), word(3))
    }
  }

  static func < (left: RecordDigest, right: RecordDigest) -> Bool { left.words < right.words }
  static func == (left: RecordDigest, right: RecordDigest) -> Bool { left.words == right.words }

  func update(_ hash: inout SHA256) {
    for word in [words.0, words.1, words.2, words.3] {
      withUnsafeBytes(of: word.bigEndian) { hash.update($0) }
    }
  }
}
