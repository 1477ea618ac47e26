/// The types of NumPy's arrays, from their `descr`: `<f4`.
extension StoredNumber {
  /// The supported types.
  static let numPyNames = "bool, int8 to int64, uint8 to uint64, float16, float32, float64"

  /// - Returns: nil for an unsupported type.
  init?(numPy text: String) {
    let characters = Array(text.utf8)
    guard characters.count == 3, "<>|=".utf8.contains(characters[0]) else { return nil }
    let size = Int(characters[2]) - 0x30
    switch (characters[1], size) {
    case (UInt8(ascii: "b"), 1): kind = .bool
    case (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4), (UInt8(ascii: "i"), 8): kind = .signed
    case (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4), (UInt8(ascii: "u"), 8):
      kind = .unsigned
    case (UInt8(ascii: "f"), 2), (UInt8(ascii: "f"), 4), (UInt8(ascii: "f"), 8): kind = .float
    default: return nil
    }
    self.size = size
    isBigEndian = characters[0] == UInt8(ascii: ">")
  }

  /// A description of an unsupported type, with advice.
  static func mistake(numPy text: String) -> String {
    switch text.dropFirst().first {
    case "O": "contains Python objects (pickled), which are not read; convert it to an array of numbers"
    case "U", "S", "a": "contains strings (\(text)); convert them to labels, from 0"
    case "c": "contains complex numbers (\(text)); convert them to real ones"
    case "M", "m": "contains dates or times (\(text)); convert them to numbers"
    case "V": "contains records (\(text)); save each field as a separate array"
    default: "contains numbers of the type \(text); convert them (astype) to one of \(numPyNames)"
    }
  }
}
