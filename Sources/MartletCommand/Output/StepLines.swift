import Martlet

/// The lines of a step log, from a file that anybody may have written to. Line ends may be those of Windows.
struct StepLines {
  /// Those of the steps up to the one asked for, in their order; a line that is no step is not among them.
  private var lines: [(step: Int, text: String)] = []
  /// The first of all lines, which tell one run from another.
  private var start: [Int: String] = [:]
  private static let startCount = 10_000
  /// Whether there is a line for each step from that of the first line on.
  private(set) var areWhole = false

  /// - Parameters:
  ///   - bytes: the file.
  ///   - heading: its first line, without which only an empty file is a step log.
  /// - Throws: `ForeignLog` if it is none.
  init(of bytes: [UInt8], heading: String, path: String, upTo step: Int) throws {
    var rows = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { row in
      String(decoding: row.last == UInt8(ascii: "\r") ? row.dropLast() : row, as: UTF8.self)
    }
    // A line without an end was torn while it was written.
    rows.removeLast()
    guard rows.first == heading || bytes.isEmpty else {
      throw ForeignLog(path: path, reason: "it is no step log: its first line is not '\(heading)'")
    }
    let numbered = rows.dropFirst().map { (Self.step(of: $0), $0) }
    for case (let number?, let row) in numbered {
      if start.count < Self.startCount { start[number] = row }
      if number <= step { lines.append((number, row)) }
    }
    if let first = numbered.first?.0, first <= step {
      areWhole = numbered.prefix(step - first + 1).map(\.0).elementsEqual((first...step).lazy.map(Optional.init))
    }
  }

  /// A step has a number from 1, an epoch and a loss.
  private static func step(of row: String) -> Int? {
    let fields = row.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 3, let step = Int(fields[0]), step > 0, Int(fields[1]) != nil, Float(fields[2]) != nil else {
      return nil
    }
    return step
  }

  var isEmpty: Bool { start.isEmpty }

  var text: String { lines.map { "\($0.text)\n" }.joined() }

  /// Compares the first lines of a run with those that are here.
  ///
  /// - Throws: `ForeignLog` if these are not the same.
  func check(_ lines: [String], path: String) throws {
    let first = Self.step(of: lines.first ?? "") ?? 0
    guard start[first] != nil else {
      throw ForeignLog(path: path, reason: "it has the steps of another run, and not step \(first)")
    }
    for line in lines {
      guard let step = Self.step(of: line), let old = start[step], old != line else { continue }
      throw ForeignLog(
        path: path, reason: "it has the steps of another run: '\(old)', where this run has '\(line)'")
    }
  }
}
