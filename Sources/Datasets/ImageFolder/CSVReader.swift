/// Reads comma-separated values (RFC 4180): fields may be quoted, with quotes doubled inside.
enum CSVReader {
  /// The lines that are not empty, each with the number of its first line, from 1. Spaces around unquoted fields are
  /// removed.
  ///
  /// - Throws: `DatasetError.damaged` for a quote that is not closed.
  static func rows(_ text: String, path: String) throws -> [(line: Int, fields: [String])] {
    var rows: [(Int, [String])] = []
    var (fields, field): ([String], [UInt8]) = ([], [])
    var (line, firstLine, isQuoted, wasQuoted) = (1, 1, false, false)
    var previous: UInt8 = 0
    func finished() -> String {
      let text = String(decoding: field, as: UTF8.self)
      return wasQuoted
        ? text : String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
    // Old spreadsheets end lines with a carriage return alone.
    let isOld = text.contains("\r") && !text.contains("\n") && !text.contains("\r\n")
    let bytes = isOld ? text.utf8.map { $0 == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : $0 } : Array(text.utf8)
    for byte in bytes + [UInt8(ascii: "\n")] {
      defer { previous = byte }
      switch byte {
      case UInt8(ascii: "\""):
        if !isQuoted, previous == byte, wasQuoted { field.append(byte) }
        isQuoted.toggle()
        wasQuoted = true
      case UInt8(ascii: ",") where !isQuoted:
        fields.append(finished())
        (field, wasQuoted) = ([], false)
      case UInt8(ascii: "\n") where !isQuoted:
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        fields.append(finished())
        if fields != [""] { rows.append((firstLine, fields)) }
        (fields, field, wasQuoted) = ([], [], false)
        line += 1
        firstLine = line
      default:
        if byte == UInt8(ascii: "\n") { line += 1 }
        field.append(byte)
      }
    }
    guard !isQuoted else {
      throw DatasetError.damaged(path: path, reason: "line \(firstLine): a quote is not closed")
    }
    return rows
  }
}
