import Foundation
import Martlet
import TestSupport
import Testing

@Suite("A report")
struct ReportCommandTests {
  /// A run of 2 epochs of 6 steps, with a matrix.
  private static let yaml = """
    \(CommandTests.yaml)
    compile: {metrics: [accuracy, confusion_matrix]}
    """

  /// A directory with a finished run, `run`.
  private func trained(_ yaml: String = Self.yaml, _ arguments: [String] = []) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    _ = try directory.write(yaml, to: "small.yml")
    try train(["--output", "run"] + arguments, in: directory)
    return directory
  }

  private func train(_ arguments: [String], in directory: TemporaryDirectory) throws {
    let finished = try Shell.martlet(["train", "small.yml", "--verbose", "0"] + arguments, in: directory.path)
    try #require(finished.status == 0, "\(finished.error)")
  }

  /// The text of the report of some runs.
  private func report(_ arguments: [String], in directory: TemporaryDirectory) throws -> String {
    let finished = try Shell.martlet(["report"] + arguments + ["--output", "report.html"], in: directory.path)
    #expect(finished.status == 0 && finished.output.isEmpty && finished.fault.isEmpty, "\(finished.error)")
    return try directory.text("report.html")
  }

  @Test("has the numbers of evaluate, and equal bytes for equal runs, however many workers there are")
  func numbers() throws {
    let directory = try trained(Self.yaml, ["--log-file", "log.jsonl", "--step-log", "steps.csv"])
    let logs = ["--log-file", "log.jsonl", "--step-log", "steps.csv"]
    let html = try report(["run", "--workers", "1"] + logs, in: directory)
    #expect(try report(["run", "--workers", "3"] + logs, in: directory) == html)
    let evaluation = try Shell.martlet(["evaluate", "run"], in: directory.path)
    let first = try #require(evaluation.output.split(separator: "\n").first)
    let numbers = first.matches(of: #/(\w+): ([0-9.]+)/#).map { "\($0.output.1) \($0.output.2)" }
    #expect(numbers.count == 2 && html.contains("<p class=\"lead\">Test \(numbers.joined(separator: ", "))</p>"))
    let matrix = evaluation.output.split(separator: "\n").dropFirst(3).flatMap { $0.split(separator: " ").dropFirst() }
    let cells = html.matches(of: #/<td class="cell[^>]*>(\d+)<\/td>/#).map(\.output.1)
    #expect(cells == matrix && cells.count == 100)
    for id in ["run", "curves", "confusion", "classes", "mistakes", "reliability", "samples", "filters", "model"] {
      #expect(html.contains("<section id=\"\(id)\">") && html.contains("<a href=\"#\(id)\">"), "\(id)")
    }
    #expect(html.contains("Loss of each step") && html.contains("finished at step 12"))
  }

  @Test("loads nothing, runs nothing, and has an alternative text for each picture")
  func selfContained() throws {
    let html = try report(["run"], in: trained())
    #expect(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"))
    #expect(html.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'".replacing("'", with: "&#39;")))
    let images = html.matches(of: #/<img [^>]*>/#).map(\.output)
    #expect(images.count > 10)
    for image in images {
      #expect(image.contains(#/ alt="[^"]+"/#) && image.contains(" src=\"data:image/png;base64,"))
    }
    for drawing in html.matches(of: #/<svg [^>]*>/#).map(\.output) {
      #expect(drawing.contains("aria-hidden=\"true\"") || drawing.contains(#/role="img" aria-label="[^"]+"/#))
    }
  }

  @Test("marks the best epoch, and evaluates its weights")
  func bestEpoch() throws {
    // The learning rate of the second epoch spoils what the first has learned.
    let yaml = """
      \(CommandTests.yaml)
      compile:
        optimizer: {name: sgd, learning_rate: 0.1}
        learning_rate_schedule: {name: piecewise_constant, boundaries: [6], values: [0.1, 1000]}
      """
    let directory = try trained(yaml)
    let html = try report(["run"], in: directory)
    #expect(html.contains("in epoch 1</title>") && html.contains("weights of epoch 1"))
    #expect(html.contains("<td>newest</td>") && html.contains("<td>evaluated here</td>"))
    let evaluation = try Shell.martlet(["evaluate", "run"], in: directory.path)
    let accuracy = try #require(evaluation.output.firstMatch(of: #/Test accuracy: ([0-9.]+)/#)?.output.1)
    #expect(html.contains("accuracy \(accuracy)</p>"))
  }

  @Test("of an interrupted run says where that is, also before its first epoch is complete")
  func interrupted() throws {
    let directory = try trained(Self.yaml, ["--max-steps", "8"])
    let html = try report(["run"], in: directory)
    #expect(html.contains("interrupted in epoch 2 of 2, after step 8"))
    try train(["--output", "early", "--max-steps", "2"], in: directory)
    let early = try report(["early"], in: directory)
    #expect(early.contains("No epoch is complete yet.") && early.contains("weights of step 2"))
    let file = try report(["run/step-00000006.weights.h5"], in: directory)
    #expect(file.contains("at a checkpoint in epoch 2 of 2, after step 6"))
    #expect(!file.contains("Checkpoints in the directory"))
  }

  @Test("of a run that is under way neither waits for it nor disturbs it")
  func underWay() throws {
    let yaml = """
      \(CommandTests.yaml.replacing("epochs: 2", with: "epochs: 99998"))
      checkpoints: {directory: run, keep_last: 1}
      """
    let directory = try TemporaryDirectory()
    _ = try directory.write(yaml, to: "long.yml")
    let run = try Running(["long.yml", "--output", "run", "--workers", "1"], in: directory)
    for _ in 0..<3 {
      let html = try report(["run", "--workers", "1"], in: directory)
      #expect(html.contains("under way: its newest checkpoint is in epoch "))
    }
    run.send(SIGTERM)
    let finished = try run.finish()
    #expect(finished.status == 75 && finished.error.isEmpty, "\(finished.error)")
  }

  @Test("shows hostile names as text")
  func hostileNames() throws {
    let names = ["<script>alert(1)</script>", "\"><img src=x>", "a&b", "'", "\u{202E}x", "f", "g", "h", "i", "j"]
    let list = names.map { "\"\($0.replacing("\"", with: "\\\""))\"" }.joined(separator: ", ")
    let yaml = Self.yaml.replacing("test_count: 200}", with: "test_count: 200, class_names: [\(list)]}")
    let html = try report(["run"], in: trained(yaml))
    #expect(!html.contains("<script") && !html.contains("<img src=x"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("&quot;&gt;&lt;img src=x&gt;"))
    #expect(html.contains("\u{FFFD}x") && !html.contains("\u{202E}"))
  }

  @Test("without its data says what is left out, and which option names the data")
  func withoutData() throws {
    let directory = try TemporaryDirectory()
    try OwnData.grayImages.write(to: directory)
    _ = try directory.write(
      """
      name: mine
      data: {dataset: npz, file: mine.npz}
      model: [flatten, {dense: {units: 3, activation: softmax}}]
      fit: {epochs: 1, batch_size: 20}
      """, to: "small.yml")
    try train(["--output", "run"], in: directory)
    #expect(try report(["run"], in: directory).contains("<section id=\"confusion\">"))
    try OwnData.grayImages.write(to: directory, train: 61)
    #expect(try report(["run"], in: directory).contains("The data differs from that of the run"))
    try FileManager.default.removeItem(atPath: "\(directory.path)/mine.npz")
    let html = try report(["run"], in: directory)
    #expect(html.contains("Sections that need the test data are omitted: ") && html.contains("<section id=\"curves\">"))
    #expect(
      html.contains("--data DIR names the directory of its files") && !html.contains("<section id=\"confusion\">"))
    let noted = try Shell.martlet(["report", "run", "--output", "noted.html"], in: directory.path)
    #expect(
      noted.status == 0 && noted.error.hasPrefix("martlet: note: run: Sections that need the test data are omitted: "))
    try FileManager.default.createDirectory(atPath: "\(directory.path)/moved", withIntermediateDirectories: false)
    try OwnData.grayImages.write(to: directory, as: "moved/mine.npz")
    #expect(try report(["run", "--data", "moved"], in: directory).contains("<section id=\"confusion\">"))
  }

  @Test("of a model that predicts values has no confusion matrix, and says so")
  func values() throws {
    let directory = try TemporaryDirectory()
    try OwnData.values.write(to: directory)
    _ = try directory.write(
      """
      name: mine
      data: {dataset: npz, file: mine.npz}
      model: [{dense: {units: 2}}]
      compile: {loss: mse}
      fit: {epochs: 1, batch_size: 20}
      """, to: "small.yml")
    try train(["--output", "run"], in: directory)
    let html = try report(["run"], in: directory)
    #expect(html.contains("The model predicts values, not classes"))
    #expect(html.contains("<section id=\"model\">") && !html.contains("<section id=\"filters\">"))
  }

  @Test("of a model with one output has two classes")
  func binary() throws {
    let directory = try TemporaryDirectory()
    try OwnData.binary.write(to: directory)
    _ = try directory.write(
      """
      name: mine
      data: {dataset: npz, file: mine.npz}
      model: [{dense: {units: 1, activation: sigmoid}}]
      compile: {loss: binary_crossentropy}
      fit: {epochs: 1, batch_size: 20}
      """, to: "small.yml")
    try train(["--output", "run"], in: directory)
    let html = try report(["run"], in: directory)
    #expect(html.matches(of: #/<td class="cell/#).count == 4)
    #expect(html.contains("<section id=\"reliability\">"))
  }

  @Test("of several runs shows what differs, their curves, and the mean over seeds")
  func several() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml, to: "small.yml")
    for (name, arguments) in [
      ("a<1>", ["--seed", "1"]), ("b", ["--seed", "2"]), ("c", ["--seed", "2", "--batch-size", "100"]),
    ] {
      try train(["--output", name] + arguments, in: directory)
    }
    let html = try report(["a<1>", "b", "c"], in: directory)
    #expect(html == (try report(["a<1>", "b", "c"], in: directory)))
    #expect(html.contains("Comparison of 3 runs") && html.contains("a&lt;1&gt;") && !html.contains("a<1>"))
    let differences = try #require(html.components(separatedBy: "<section id=\"differences\">").last)
    #expect(differences.contains("fit.batch_size") && differences.contains("fit.seed"))
    #expect(!differences.contains("fit.epochs") && !differences.contains("checkpoints.directory"))
    // Two groups: that of two seeds has a deviation.
    let seeds = try #require(
      html.components(separatedBy: "<section id=\"seeds\">").last?.components(separatedBy: "</section>").first)
    let accuracies = try ["a<1>", "b"].map { run in
      let output = try Shell.martlet(["evaluate", run], in: directory.path).output
      return try #require(output.firstMatch(of: #/Test accuracy: ([0-9.]+)/#).flatMap { Double($0.output.1) })
    }
    let mean = String(format: "%.4f", (accuracies[0] + accuracies[1]) / 2)
    let deviation = String(format: "%.4f", abs(accuracies[0] - accuracies[1]) / 2.0.squareRoot())
    #expect(seeds.contains("\(mean) ± \(deviation)"), "\(mean) ± \(deviation) in \(seeds)")
    #expect(html.contains("<polyline class=\"line c2\""))
  }

  @Test("refuses wrong use with a message and exit code 2")
  func refusals() throws {
    let directory = try trained()
    let before = try directory.write("<!DOCTYPE html>\n<p>mine</p>\n", to: "mine.html")
    _ = try directory.write("{\"time\": \"x\", \"event\": \"start\", \"directory\": \"other\"}\n", to: "other.jsonl")
    for (arguments, status, reason) in [
      (["run"], 2, "Error: Missing expected argument '--output <output>'"),
      (["--output", "x.html"], 2, "Error: Missing expected argument '<runs> ...'"),
      (["run", "--output", "x.txt"], 2, "martlet: --output x.txt: the name must end in .html."),
      (
        ["run", "--output", "mine.html"], 2,
        "martlet: --output mine.html: is not a report of Martlet, and is not replaced."
      ),
      (["run", "--output", "run"], 2, "martlet: --output run: the name must end in .html."),
      ([".", "--output", "x.html"], 2, "martlet: .: holds no checkpoint (step-*.weights.h5). It holds runs: run."),
      (["nowhere", "--output", "x.html"], 1, "martlet: nowhere: cannot be read: No such file or directory."),
      (["small.yml", "--output", "x.html"], 1, "martlet: small.yml: "),
      (
        ["run", "--output", "nowhere/x.html"], 1,
        "martlet: nowhere/x.html: cannot be created: No such file or directory."
      ),
      (["run", "--data", "nowhere", "--output", "x.html"], 2, "martlet: "),
      (["run", "--dataset", "mnits", "--output", "x.html"], 2, "martlet: "),
      (
        ["run", "--log-file", "small.yml", "--output", "x.html"], 2,
        "martlet: --log-file small.yml: it is not an event log"
      ),
      (
        ["run", "--log-file", "other.jsonl", "--output", "x.html"], 2,
        "martlet: --log-file other.jsonl: has no line of the run in "
      ),
      (["run", "--step-log", "small.yml", "--output", "x.html"], 2, "martlet: small.yml: it is not a step log"),
      (
        ["run", "run", "--step-log", "s.csv", "--output", "x.html"], 2,
        "martlet: --step-log: a comparison shows no logs."
      ),
      (["run", "--workers", "0", "--output", "x.html"], 2, "martlet: --workers must be at least 1 and at most 1024."),
    ] {
      let refused = try Shell.martlet(["report"] + arguments, in: directory.path)
      #expect(refused.status == Int32(status) && refused.error.hasPrefix(reason), "\(arguments): \(refused.error)")
    }
    #expect(!directory.names.contains("x.html") && !directory.names.contains { $0.contains("partial") })
    #expect(try String(contentsOfFile: before, encoding: .utf8) == "<!DOCTYPE html>\n<p>mine</p>\n")
  }
}
