import Checkpoints
import Configuration
import DurableFiles
import NeuralNetwork
import Training

/// What was run: configuration, data, machine, seed, time, interruptions, checkpoints.
struct RunSection {
  let run: ReportedRun

  var section: Section {
    Section(
      id: "run", title: "What was run",
      content: [.facts(identity + training + time)] + sessions + checkpoints + [configuration])
  }

  private typealias Fact = (name: String, value: HTML)

  private var identity: [Fact] {
    let source = run.configuration.source.map { source in
      ([type(of: source).name] + source.options.map { "\($0.key): \($0.node.json)" }).joined(separator: ", ")
    }
    let record = run.newest.run
    return [
      ("Run", "\(run.configuration.name)"), ("Path", "\(run.path)"), ("State", HTML(run.stateText)),
      ("Data", HTML(source ?? "passed by a program")),
    ] + samples + [("Input", "\(record.inputShape.sizes)")] + fingerprints
  }

  private var samples: [Fact] {
    let training = run.training.map { "\(NumberText.grouped($0.count)) for training" }
    let other = run.results.map { results in
      "\(NumberText.grouped(results.data.count)) for \(results.isTest ? "testing" : "validation")"
    }
    let counts = [training, other].compactMap { $0 }
    return counts.isEmpty ? [] : [("Samples", HTML(counts.joined(separator: ", ")))]
  }

  private var fingerprints: [Fact] {
    let record = run.newest.run
    let known = [("training", record.trainFingerprint), ("validation", record.validationFingerprint)]
      .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.prefix(16))…" }
    return known.isEmpty ? [] : [("SHA-256 of the data", HTML(known.joined(separator: ", ")))]
  }

  private var training: [Fact] {
    let (settings, record) = (run.settings, run.newest.run)
    let optimizer = settings.optimizer.allOptions.map { "\($0.key): \($0.node.json)" }.joined(separator: ", ")
    let start = record.initialWeights.map { [Fact("Initial weights", "\($0)")] } ?? []
    let origin = record.origin.map { [Fact("Imported from", "\($0)")] } ?? []
    return [
      ("Seed", "\(settings.seed)"),
      ("Batches", "\(NumberText.grouped(settings.batchSize)) samples in \(settings.shards) shards"),
      ("Optimizer", "\(type(of: settings.optimizer).className) (\(optimizer))"),
      ("Loss", "\(type(of: settings.loss).name)"),
    ] + start + origin + [
      ("Instruction set", HTML(record.instructionSet.isEmpty ? "not yet known" : record.instructionSet))
    ]
  }

  private var time: [Fact] {
    let seconds = run.history["seconds"].filter(\.isFinite)
    let total = seconds.reduce(0, +) + run.state.epochSeconds
    guard total > 0 else { return [] }
    let mean =
      seconds.isEmpty ? "" : ", \(NumberText.duration(seconds.reduce(0, +) / Double(seconds.count))) per epoch"
    return [("Training time", HTML(NumberText.duration(total) + mean))]
  }

  // MARK: - Log

  private var sessions: [HTML] {
    guard let log = run.log else {
      return [
        .note("The machine and interruptions are in the event log of a run; --log-file FILE includes it.")
      ]
    }
    var table = Table(
      caption: "The processes that trained the run, from its event log",
      columns: [
        .text("Start (UTC)"), .text("Host"), .number("Cores"), .number("Workers"), .number("Memory"),
        .text("Martlet"), .number("From step"), .text("End"),
      ])
    for (index, session) in log.sessions.enumerated() {
      let isLast = index == log.sessions.count - 1
      table.rows.append(row(session, isRunning: isLast && run.isUnderWay))
    }
    let faults = log.sessions.flatMap(\.faults)
    let list = HTML.element("ul", [:], faults.map { .element("li", [:], HTML($0)) })
    return [.heading("Machine and interruptions"), table.html]
      + (faults.isEmpty ? [] : [.paragraph("Warnings and errors in the log:"), list])
  }

  private func row(_ session: RunLogLines.Session, isRunning: Bool) -> [HTML] {
    let start = session.start
    func number(_ key: String) -> HTML { HTML(start[key]?.integer.map(NumberText.grouped) ?? "–") }
    return [
      HTML(start["time"]?.text ?? ""), HTML(start["host"]?.text ?? "–"), number("cores"), number("workers"),
      HTML(start["memory_bytes"]?.integer.map(NumberText.size) ?? "–"), HTML(start["version"]?.text ?? "–"),
      number("step"), HTML(Self.ending(session, isRunning: isRunning)),
    ]
  }

  private static func ending(_ session: RunLogLines.Session, isRunning: Bool) -> String {
    guard let end = session.end else {
      let last = "last line \(session.lastTime)" + (session.lastStep.map { ", step \(NumberText.grouped($0))" } ?? "")
      return isRunning ? "running, \(last)" : "interrupted without an end line, \(last)"
    }
    let step = end["step"]?.integer.map { " at step \(NumberText.grouped($0))" } ?? ""
    let cause = end["reason"]?.text.map { " by \($0)" } ?? ""
    return (end["finished"]?.isTrue == true ? "finished" : "stopped") + "\(cause)\(step), \(session.lastTime)"
  }

  // MARK: - Checkpoints

  private var checkpoints: [HTML] {
    guard !run.files.isEmpty else { return [] }
    var table = Table(
      caption: "Checkpoints in the directory",
      columns: [.text("File"), .number("Step"), .number("Epoch"), .number("Size"), .text("Remark")])
    table.rows = run.files.map { file in
      let marks = [
        file.path == run.newest.path ? "newest" : nil,
        file.path == run.evaluated.path ? "evaluated here" : nil,
      ].compactMap { $0 }
      return [
        HTML(String(file.path.split(separator: "/").last ?? "")), HTML(NumberText.grouped(file.step)),
        HTML(run.state.epoch(endingAt: file.step).map { "\($0)" } ?? "–"),
        HTML(file.byteCount.map(NumberText.size) ?? "–"), HTML(marks.joined(separator: ", ")),
      ]
    }
    return [.heading("Checkpoints"), table.html]
  }

  private var configuration: HTML {
    let text = (try? run.configuration.yaml) ?? ""
    return .details("Configuration, with every option", .element("pre", ["class": "wrap"], HTML(text)))
  }
}

extension ReportedRun {
  /// The state of the run, as a phrase.
  var stateText: String {
    let epochs = NumberText.grouped(settings.epochs)
    if state.step == state.importedSteps, !isUnderWay { return "not started: no step was made" }
    let place =
      "epoch \(NumberText.grouped(state.epoch + 1)) of \(epochs), after step \(NumberText.grouped(state.step))"
    if state.hasStoppedEarly { return "stopped early after epoch \(state.epoch) of \(epochs)" + restored }
    if isFinished { return "finished after \(state.epoch) epoch\(state.epoch == 1 ? "" : "s")" + restored }
    if isUnderWay { return "under way: its newest checkpoint is in \(place)" }
    return files.isEmpty ? "at a checkpoint in \(place)" : "interrupted in \(place)"
  }

  private var restored: String {
    state.restoredEpoch.map { "; the weights of epoch \($0) were restored" } ?? ""
  }
}
