/// The type of a NumPy array's numbers, as `descr` has it: `<f4`.
struct NumPyType: Equatable {
  enum Kind: Equatable {
    case bool
    case signed
    case unsigned
    case float
  }

  let kind: Kind
  /// The bytes of a number.
  let size: Int
  let isBigEndian: Bool

  /// Those that can be read.
  static let names = "bool, int8 to int64, uint8 to uint64, float16, float32, float64"

  /// - Returns: nil for a type that is not read.
  init?(_ text: String) {
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

  /// What a type is that is not read, in words, and what to do with it.
  static func mistake(_ text: String) -> String {
    switch text.dropFirst().first {
    case "O": "holds Python objects (pickled), which are not read; make it an array of numbers"
    case "U", "S", "a": "holds strings (\(text)); make them classes, counted from 0"
    case "c": "holds complex numbers (\(text)); keep real ones"
    case "M", "m": "holds dates or times (\(text)); make them numbers"
    case "V": "holds records (\(text)); make each field an array of its own"
    default: "holds numbers of the type \(text); convert it (astype) to one of \(names)"
    }
  }
}
