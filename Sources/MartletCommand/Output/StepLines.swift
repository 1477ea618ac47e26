import Martlet

/// The lines of a step log, read from an untrusted file. Line ends may be CRLF.
struct StepLines {
  /// The lines of the steps up to the requested one, in order; lines that are not steps are left out.
  private var lines: [(step: Int, text: String)] = []
  /// The first lines of the file, which identify the run.
  private var start: [Int: String] = [:]
  private static let startCount = 10_000
  /// Whether every step after that of the first line has a line.
  private(set) var areWhole = false

  /// - Parameters:
  ///   - bytes: the file.
  ///   - heading: the first line that a nonempty step log must have.
  /// - Throws: `ForeignLog` if the file is not a step log.
  init(of bytes: [UInt8], heading: String, path: String, upTo step: Int) throws {
    var rows = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { row in
      String(decoding: row.last == UInt8(ascii: "\r") ? row.dropLast() : row, as: UTF8.self)
    }
    // A line without a newline is an incomplete write.
    rows.removeLast()
    guard rows.first == heading || bytes.isEmpty else {
      throw ForeignLog(path: path, reason: "it is not a step log: its first line is not '\(heading)'")
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

  /// The step number of a line: a line has a step from 1, an epoch and a loss.
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

  /// The loss of each step.
  var losses: [(step: Int, loss: Float)] {
    lines.compactMap { line in Self.loss(of: line.text).map { (line.step, $0) } }
  }

  /// Compares the lines with the losses recorded in a resumed run: the mean of each complete epoch, and that of the
  /// current epoch.
  ///
  /// Epochs with missing or duplicate lines are skipped. Another instruction set changes only last bits; another run
  /// differs by more.
  ///
  /// - Returns: whether an epoch confirms that these are lines of the run.
  /// - Throws: `ForeignLog` if an epoch shows that they are of another run.
  func areOf(_ run: TrainingRun, path: String) throws -> Bool {
    try areOf(run.trainer.state, run.trainer.configuration, trainedOn: run.data.train, path: path)
  }

  /// As above, for a run that is at `state`.
  func areOf(
    _ state: RunState, _ configuration: TrainingConfiguration, trainedOn data: Dataset, path: String
  ) throws -> Bool {
    var areOwn = false
    let epochSteps = configuration.steps(of: data)
    let passSteps = configuration.batches(ofSamples: data.count)
    let counted = lines.filter { $0.step > state.importedSteps }
    for epoch in counted.chunked(by: { ($0.step - state.importedSteps - 1) / epochSteps }) {
      let first = state.importedSteps + epoch.key * epochSteps + 1
      let isUnderWay = epoch.key == state.epoch
      let count = isUnderWay ? state.stepInEpoch : epochSteps
      let losses = state.history["loss"]
      guard epoch.lines.map(\.step).elementsEqual(first..<first + count), isUnderWay || epoch.key < losses.count else {
        continue
      }
      var (sum, weight) = (0.0, 0.0)
      for line in epoch.lines {
        // A batch with a NaN loss was skipped.
        guard let loss = Self.loss(of: line.text), loss.isFinite else { continue }
        let batch = (line.step - state.importedSteps - 1) % passSteps
        let size = Double(min(configuration.batchSize, data.count - batch * configuration.batchSize))
        sum += size * Double(loss)
        weight += size
      }
      let (there, here) = (sum / weight, isUnderWay ? state.sums.means[0] : losses[epoch.key])
      // An epoch without any valid loss is inconclusive.
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

  /// Compares the first lines of a run with these lines.
  ///
  /// - Throws: `ForeignLog` if they differ.
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
  /// Groups consecutive lines with the same key.
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
