/// The rows of a CSV file that may be a run's epoch log. Accepts Windows line endings.
struct LoggedEpochs {
  private let rows: [[Substring]]

  init(of bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    var lines = text.split(whereSeparator: \.isNewline)
    // A line without a line ending was torn during writing.
    if lines.count > 1, text.last?.isNewline == false { lines.removeLast() }
    rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
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
    guard columns == history.columns.keys.sorted() else {
      return "it has the columns \(columns.joined(separator: ", "))"
    }
    for row in rows.dropFirst() where row.count == heading.count {
      guard let epoch = Int(row[0]), (1...history.count).contains(epoch) else { continue }
      for (name, field) in zip(columns, row.dropFirst()) where name != "seconds" {
        let value = history.shortestValue(name, epoch - 1)
        // Convert via `Double` on both sides: text halfway between two `Float`s may be read as either.
        guard let logged = Double(field), Float(logged) != Float(value), !(logged.isNaN && value.isNaN) else {
          continue
        }
        return "epoch \(epoch): \(name) is \(field) in the file, \(Float(value).digits) in this run"
      }
    }
    return nil
  }
}
