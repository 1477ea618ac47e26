/// Reads comma-separated values (RFC 4180): fields may be quoted, with quotes doubled inside.
///
/// As in Python's `csv`, a quote inside a field that does not start with one stands for itself. Lines end with a line
/// feed, a carriage return, or both; quoted fields may contain line breaks.
struct CSVReader {
  /// A line with its fields.
  typealias Row = (line: Int, fields: [String])

  /// Where the last byte was.
  private enum Place {
    /// In a field that is not quoted, or before any.
    case plain
    case quoted
    /// After a quote in a quoted field: its end, or the first one of two.
    case quote
    /// In blanks after a quoted field.
    case closed
  }

  private let path: String
  private var rows: [Row] = []
  private var fields: [String] = []
  private var field: [UInt8] = []
  private var place = Place.plain
  private var line = 1
  private var firstLine = 1

  private init(path: String) { self.path = path }

  /// The lines that are not empty, each with the number of its first line, from 1. Blanks around fields are removed.
  ///
  /// - Throws: `DatasetError.damaged` for a quote that is not closed, or for text after a quoted field.
  static func rows(_ text: String, path: String) throws -> [Row] {
    var reader = CSVReader(path: path)
    var previous: UInt8 = 0
    for byte in text.utf8 {
      defer { previous = byte }
      // The second byte of a line break.
      if previous == UInt8(ascii: "\r"), byte == UInt8(ascii: "\n") {
        if reader.place == .quoted { reader.field.append(byte) }
        continue
      }
      try reader.read(byte)
    }
    guard reader.place != .quoted else { throw reader.mistake("a quote is not closed") }
    reader.finishLine()
    return reader.rows
  }

  private mutating func read(_ byte: UInt8) throws {
    let isLineBreak = Self.isLineBreak(byte)
    if isLineBreak { line += 1 }
    switch (place, byte) {
    case (.quoted, UInt8(ascii: "\"")): place = .quote
    case (.quoted, _): field.append(byte)
    case (.quote, UInt8(ascii: "\"")):
      field.append(byte)
      place = .quoted
    case (.plain, UInt8(ascii: "\"")) where field.allSatisfy(Self.isBlank): (field, place) = ([], .quoted)
    case (_, UInt8(ascii: ",")): finishField()
    case _ where isLineBreak: finishLine()
    case (.plain, _): field.append(byte)
    case _ where Self.isBlank(byte): place = .closed
    default: throw mistake("has text after a quoted field; quote the whole field, with each quote inside it doubled")
    }
  }

  private mutating func finishField() {
    let start = place == .plain ? field.drop(while: Self.isBlank) : field[...]
    let end = place == .plain ? start.reversed().prefix(while: Self.isBlank).count : 0
    fields.append(String(decoding: start.dropLast(end), as: UTF8.self))
    (field, place) = ([], .plain)
  }

  private mutating func finishLine() {
    finishField()
    if fields != [""] { rows.append((firstLine, fields)) }
    fields = []
    firstLine = line
  }

  private func mistake(_ reason: String) -> DatasetError {
    .damaged(path: path, reason: "line \(firstLine): \(reason)")
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
