/// The rows of a CSV file that may be a run's epoch log. Accepts Windows line endings.
struct LoggedEpochs {
  private let rows: [[Substring]]

  init(of bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    var lines = text.split(whereSeparator: \.isNewline)
    // A line without a line ending was torn during writing.
    if lines.count > 1, text.last?.isNewline == false { lines.removeLast() }
    rows = lines.map(Self.fields)
  }

  /// The fields of a line, without the quotes of those that contain commas.
  private static func fields(_ line: Substring) -> [Substring] {
    guard line.contains("\"") else { return line.split(separator: ",", omittingEmptySubsequences: false) }
    var isQuoted = false
    return line.split(omittingEmptySubsequences: false) { character in
      if character == "\"" { isQuoted.toggle() }
      return character == "," && !isQuoted
    }.map { $0.first == "\"" ? $0.dropFirst().prefix { $0 != "\"" } : $0 }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Whether the file is an epoch log of any run, or empty.
  var areEpochs: Bool { rows.first.map { $0.first == CSVLogger.heading[...] } ?? true }

  /// The first difference between the rows and those of a run with this history; nil if there is none.
  ///
  /// The same run computes the same numbers; only the seconds differ. Rows that are missing, torn or of later epochs
  /// are not differences.
  func difference(from history: History) -> String? {
    guard let heading = rows.first else { return nil }
    guard areEpochs else { return "its first line does not begin with '\(CSVLogger.heading)'" }
    guard history.count > 0 else { return nil }
    let columns = heading.dropFirst().map(String.init)
    guard Set(columns).isSubset(of: history.names) else {
      return "it has the columns \(columns.joined(separator: ", "))"
    }
    for row in rows.dropFirst() where row.count == heading.count {
      guard let epoch = Int(row[0]), (1...history.count).contains(epoch) else { continue }
      for (name, field) in zip(columns, row.dropFirst()) where name != "seconds" {
        let value = history.value(name, epoch - 1)
        guard let logged = Self.numbers(field), logged.count == value.elements.count else { continue }
        guard let wrong = logged.indices.first(where: { !Self.agree(logged[$0], value.elements[$0]) }) else { continue }
        let place = value.number == nil ? "\(name)[\(wrong)]" : name
        let text = value.number == nil ? logged[wrong].digits : "\(field)"
        return "epoch \(epoch): \(place) is \(text) in the file, \(Float(value.elements[wrong]).digits) in this run"
      }
    }
    return nil
  }

  /// The numbers of a field: one, or those of an array; nil for other text.
  private static func numbers(_ field: Substring) -> [Double]? {
    let numbers = field.split { "[], ".contains($0) }.map { Double($0) }
    return numbers.contains(nil) ? nil : numbers.compactMap(\.self)
  }

  /// Whether they are the same 32-bit number. Both are converted from a `Double`: text halfway between two `Float`s may
  /// be read as either.
  private static func agree(_ logged: Double, _ value: Double) -> Bool {
    Float(logged) == Float(value) || logged.isNaN && value.isNaN
  }
}
