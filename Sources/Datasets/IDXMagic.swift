/// The first four bytes of an IDX file: two zeros, the element type, the number of dimensions.
struct IDXMagic: Equatable {
  /// The element types of the format.
  enum NumberType: UInt8 {
    case unsignedByte = 0x08
    case signedByte = 0x09
    case integer16 = 0x0b
    case integer32 = 0x0c
    case float32 = 0x0d
    case float64 = 0x0e

    var name: String {
      switch self {
      case .unsignedByte: "unsigned bytes"
      case .signedByte: "signed bytes"
      case .integer16: "16-bit integers"
      case .integer32: "32-bit integers"
      case .float32: "32-bit floating-point numbers"
      case .float64: "64-bit floating-point numbers"
      }
    }
  }

  let type: NumberType
  let dimensions: Int
  /// Whether the file has the format's byte order; some programs write the four bytes in reverse.
  let isBigEndian: Bool

  /// - Returns: nil if the file does not start like an IDX file in either byte order.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    let isBigEndian = bytes[0] == 0 && bytes[1] == 0
    let magic = isBigEndian ? Array(bytes[..<4]) : bytes[..<4].reversed()
    guard magic[0] == 0, magic[1] == 0, let type = NumberType(rawValue: magic[2]), (1...8).contains(magic[3]) else {
      return nil
    }
    self.type = type
    self.isBigEndian = isBigEndian
    dimensions = Int(magic[3])
  }

  /// Why a file with this magic number cannot be read as images or labels.
  func mistake(readAs content: IDXContent) -> String {
    guard isBigEndian else { return "an IDX file in little-endian byte order; the format is big-endian" }
    let wanted = content == .images ? "images have 3 dimensions, or 4 with their channels" : "labels have one"
    if !content.dimensions.contains(dimensions) {
      let held: String? = content == .images ? (dimensions == 1 ? "labels" : nil) : (dimensions > 2 ? "images" : nil)
      let what = held.map { "an IDX file of \($0)" } ?? "an IDX file"
      let count = "\(dimensions) dimension\(dimensions == 1 ? "" : "s")"
      return "\(what), not of \(content.rawValue): it has \(count); \(wanted)"
    }
    return "an IDX file of \(type.name); \(content.rawValue) are unsigned bytes (0 to 255)"
  }
}
