/// The start of an `.npy` file: magic, version, header length, and the header, a Python dictionary.
///
/// Source: NEP 1, "A Simple File Format for NumPy Arrays", versions 1.0 to 3.0.
struct NumPyHeader: Equatable {
  let type: StoredNumber
  /// Whether the array is in Fortran order: the first index changes fastest.
  let isFortranOrder: Bool
  let shape: [Int]
  /// The offset of the data in bytes.
  let count: Int

  /// The number of elements.
  let valueCount: Int

  /// What is wrong with a header, for a message that starts with the array's name.
  struct Problem: Error, Equatable {
    let reason: String
  }

  static let magic = [0x93] + Array("NUMPY".utf8)
  /// NumPy's own default limit of the header length.
  private static let largestCount = 10_000
  /// The size of the longest start of a file that has its header.
  static let largestStart = 12 + largestCount
  private static let largestDimensions = 8

  /// - Parameters:
  ///   - bytes: the first `largestStart` bytes of the file, or all of a shorter one.
  ///   - fileCount: the size of the file in bytes.
  /// - Throws: `Problem`.
  init(_ bytes: [UInt8], fileCount: Int) throws {
    guard bytes.starts(with: Self.magic) else { throw Problem(reason: "is no NumPy array (.npy)") }
    guard bytes.count >= 12 else { throw Problem(reason: "is truncated within its header") }
    let version = (bytes[6], bytes[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw Problem(reason: "has format version \(version.0).\(version.1); 1.0 to 3.0 are supported")
    }
    let lengthCount = version.0 == 1 ? 2 : 4
    let start = 8 + lengthCount
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= Self.largestCount else { throw Problem(reason: "has a header of \(length) bytes") }
    guard start + length <= bytes.count else { throw Problem(reason: "is truncated within its header") }
    guard let dictionary = PythonLiteral(bytes[start..<start + length]), case .dictionary = dictionary else {
      throw Problem(reason: "has a header that is not a Python dictionary")
    }
    type = try Self.type(dictionary["descr"])
    guard case .bool(let isFortranOrder) = dictionary["fortran_order"] else {
      throw Problem(reason: "has a header without 'fortran_order'")
    }
    self.isFortranOrder = isFortranOrder
    shape = try Self.shape(dictionary["shape"])
    count = start + length
    valueCount = try Self.product(shape)
    let (byteCount, overflow) = valueCount.multipliedReportingOverflow(by: type.size)
    guard !overflow, byteCount == fileCount - count else {
      let promised = overflow ? "more than it can contain" : "\(byteCount) bytes"
      throw Problem(
        reason: "is \(byteCount > fileCount - count || overflow ? "truncated" : "too long"): it holds "
          + "\(fileCount - count) bytes of numbers, its shape \(Self.text(shape)) needs \(promised)")
    }
  }

  private static func type(_ value: PythonLiteral?) throws -> StoredNumber {
    switch value {
    case .string(let text):
      guard let type = StoredNumber(numPy: text) else { throw Problem(reason: StoredNumber.mistake(numPy: text)) }
      return type
    case .sequence: throw Problem(reason: "contains records; save each field as a separate array")
    default: throw Problem(reason: "has a header without 'descr'")
    }
  }

  private static func shape(_ value: PythonLiteral?) throws -> [Int] {
    guard case .sequence(let elements) = value else { throw Problem(reason: "has a header without 'shape'") }
    let sizes = elements.compactMap { element -> Int? in
      guard case .integer(let size) = element else { return nil }
      return size
    }
    guard sizes.count == elements.count, sizes.count <= largestDimensions else {
      throw Problem(reason: "has an invalid shape")
    }
    return sizes
  }

  private static func product(_ shape: [Int]) throws -> Int {
    // Checks each size even if another one is zero.
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow else { throw Problem(reason: "has the invalid shape \(text(shape))") }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// The shape in Python syntax: `(60000, 28, 28)`, `(60000,)`.
  static func text(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
  }
}
