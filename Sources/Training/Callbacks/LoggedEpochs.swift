/// The lines of a CSV file that may be the log of a run's epochs. Line ends may be those of Windows.
struct LoggedEpochs {
  private let rows: [[Substring]]

  init(of bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    var lines = text.split(whereSeparator: \.isNewline)
    // A line without an end was torn while it was written.
    if lines.count > 1, text.last?.isNewline == false { lines.removeLast() }
    rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Whether the file is the log of some run's epochs, or empty.
  var areEpochs: Bool { rows.first.map { $0.first == CSVLogger.heading[...] } ?? true }

  /// What shows that the lines are not those of a run with this history; nil if nothing does.
  ///
  /// The same run computes the same numbers, only the seconds differ. Lines that are missing, torn or of later epochs
  /// show nothing.
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
        // By way of `Double` on both sides: text halfway between two `Float`s may be read as either.
        guard let logged = Double(field), Float(logged) != Float(value), !(logged.isNaN && value.isNaN) else {
          continue
        }
        return "epoch \(epoch): \(name) \(field) there, \(Float(value).digits) here"
      }
    }
    return nil
  }
}
