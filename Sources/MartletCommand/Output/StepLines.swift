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

  private static func loss(of row: String) -> Float? { row.split(separator: ",").last.flatMap { Float($0) } }

  var isEmpty: Bool { start.isEmpty }

  var text: String { lines.map { "\($0.text)\n" }.joined() }

  /// Compares the lines with what a run that is resumed knows of its losses: the mean of each complete epoch, and that of
  /// the epoch under way.
  ///
  /// Epochs of which a line is missing or there twice show nothing. Another instruction set changes last bits, and another
  /// run changes more than that.
  ///
  /// - Returns: whether an epoch shows that these are lines of the run.
  /// - Throws: `ForeignLog` if one shows that they are those of another run.
  func areOf(_ run: TrainingRun, path: String) throws -> Bool {
    let (state, samples) = (run.trainer.state, run.data.train.count)
    let batchSize = run.trainer.configuration.batchSize
    var areOwn = false
    let epochSteps = (samples + batchSize - 1) / batchSize
    let counted = lines.filter { $0.step > state.stepsBefore }
    for epoch in counted.chunked(by: { ($0.step - state.stepsBefore - 1) / epochSteps }) {
      let first = state.stepsBefore + epoch.key * epochSteps + 1
      let isUnderWay = epoch.key == state.epoch
      let count = isUnderWay ? state.stepInEpoch : epochSteps
      let losses = state.history["loss"]
      guard epoch.lines.map(\.step).elementsEqual(first..<first + count), isUnderWay || epoch.key < losses.count else {
        continue
      }
      var (sum, weight) = (0.0, 0.0)
      for (index, line) in epoch.lines.enumerated() {
        // A batch whose loss is no number was skipped.
        guard let loss = Self.loss(of: line.text), loss.isFinite else { continue }
        let size = Double(min(batchSize, samples - index * batchSize))
        sum += size * Double(loss)
        weight += size
      }
      let (there, here) = (sum / weight, isUnderWay ? state.sums.means[0] : losses[epoch.key])
      // An epoch without a batch that has a loss shows nothing.
      guard there.isFinite, here.isFinite else { continue }
      guard abs(there - here) > 1e-4 * max(abs(there), abs(here)) + 1e-6 else {
        areOwn = true
        continue
      }
      throw ForeignLog(
        path: path,
        reason: "it has the steps of another run: the loss of epoch \(epoch.key + 1) is \(Float(there).digits) there, "
          + "\(Float(here).digits) in this run")
    }
    return areOwn
  }

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

extension [(step: Int, text: String)] {
  /// Lines that follow each other and have the same key, together.
  fileprivate func chunked(by key: (Element) -> Int) -> [(key: Int, lines: SubSequence)] {
    var chunks: [(key: Int, lines: SubSequence)] = []
    var start = startIndex
    while start < endIndex {
      let own = key(self[start])
      let end = self[start...].firstIndex { key($0) != own } ?? endIndex
      chunks.append((own, self[start..<end]))
      start = end
    }
    return chunks
  }
}
