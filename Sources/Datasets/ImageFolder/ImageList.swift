import DurableFiles

/// A list of pictures: CSV (RFC 4180) with a path, a label and, if there are any, a weight in each line. The
/// first line that is not empty is a heading if its first field is `path`, `file`, `filename` or `image`, unless that is
/// the name of a file.
struct ImageList {
  struct Row: Equatable {
    let path: String
    let label: String
    let weight: Float
    /// The number of the line in the file, from 1.
    let line: Int
  }

  let path: String
  private(set) var rows: [Row] = []
  private(set) var hasWeights = false

  /// The names of the first column in a heading.
  private static let headings: Set<String> = [
    "path", "file", "filename", "file_name", "filepath", "image", "image_path",
  ]

  /// - Parameter directory: that of relative paths; nil for the list's own.
  /// - Throws: `FileError`, or `DatasetError.damaged` naming the line.
  init(path: String, directory: String?) throws {
    self.path = path
    guard var text = String(validating: try AtomicFile.read(path), as: UTF8.self) else {
      throw DatasetError.damaged(path: path, reason: "is not a text in UTF-8")
    }
    if text.first == "\u{feff}" { text.removeFirst() }
    let base = directory ?? (path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : ".")
    for (index, (line, fields)) in try CSVReader.rows(text, path: path).enumerated() {
      guard index > 0 || !isHeading(fields, base: base) else { continue }
      rows.append(try row(fields, line: line, base: base))
    }
    guard !rows.isEmpty else { throw DatasetError.damaged(path: path, reason: "names no pictures") }
  }

  private func isHeading(_ fields: [String], base: String) -> Bool {
    guard let first = fields.first, Self.headings.contains(first.lowercased()) else { return false }
    return !AtomicFile.isFile("\(base)/\(first)")
  }

  /// - Throws: `DatasetError.damaged` if two labels differ only in normalization.
  func checkLabels() throws {
    var names = ClassNames(ignoresCase: false)
    for row in rows {
      if let clash = names.insert(row.label) {
        throw DatasetError.damaged(
          path: path, reason: "line \(row.line): has the labels \(clash); write them in one way")
      }
    }
  }

  private mutating func row(_ fields: [String], line: Int, base: String) throws -> Row {
    func mistake(_ reason: String) -> DatasetError { .damaged(path: path, reason: "line \(line): \(reason)") }
    guard (2...3).contains(fields.count) else {
      throw mistake(
        "has \(fields.count) field\(fields.count == 1 ? "" : "s"); a line is path,label or path,label,weight")
    }
    guard !fields[0].isEmpty, !fields[0].utf8.contains(0) else { throw mistake("has no path") }
    guard !fields[1].isEmpty else { throw mistake("has no label") }
    // More often a forgotten quote than a name.
    guard !fields.contains(where: { $0.utf8.contains { CSVReader.isLineBreak($0) } }) else {
      throw mistake("has a line break in a quoted field; close the quote on the same line")
    }
    var weight: Float = 1
    if fields.count == 3 {
      guard let value = Float(fields[2]), value.isFinite, value >= 0 else {
        throw mistake("the weight '\(fields[2])' is not a number of 0 or more")
      }
      weight = value
      hasWeights = true
    }
    let place = fields[0].hasPrefix("/") ? fields[0] : "\(base)/\(fields[0])"
    return Row(path: place, label: fields[1], weight: weight, line: line)
  }
}
