import DurableFiles
import Foundation
import Martlet
import TestSupport
import Testing

@Suite("A comparison of runs")
struct CompareCommandTests {
  private static let yaml = """
    name: small
    data: {dataset: digits, train_count: 300, test_count: 200}
    model:
      - conv2d: {filters: 3, kernel_size: [5, 5], activation: relu}
      - max_pooling2d: {pool_size: 4}
      - flatten
      - dense: {units: 10, activation: softmax}
    fit: {epochs: 3, batch_size: 100}

    """

  /// Four finished runs, two seeds of two learning rates, and one that was stopped in its second epoch.
  private static func makeRuns() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let config = try directory.write(yaml, to: "small.yml")
    func train(_ name: String, _ arguments: [String]) throws {
      let finished = try Shell.martlet(
        ["train", config, "--output", "runs/\(name)", "--set", "name=\(name)"] + arguments, in: directory.path)
      #expect((finished.status, finished.error) == (0, ""))
    }
    for (name, rate) in [("slow", "0.001"), ("fast", "0.01")] {
      for seed in 1...2 {
        try train(
          "\(name)-\(seed)", ["--set", "compile.optimizer={name: adam, learning_rate: \(rate)}", "--seed", "\(seed)"])
      }
    }
    try train("stopped", ["--set", "model.0.conv2d.kernel_size=3", "--max-steps", "5"])
    return directory
  }

  private static func compare(_ arguments: [String], in directory: TemporaryDirectory) throws -> String {
    let finished = try Shell.martlet(["compare"] + arguments, in: directory.path)
    #expect((finished.status, finished.error) == (0, ""), "\(arguments)")
    return finished.output
  }

  private static let names = ["slow-1", "slow-2", "fast-1", "fast-2", "stopped"]
  private static var paths: [String] { names.map { "runs/\($0)" } }

  private static func history(_ name: String, in directory: TemporaryDirectory) throws -> History {
    try RunDirectory(CheckpointPolicy(directory: "\(directory.path)/runs/\(name)")).newestGood().snapshot.state.history
  }

  /// The rows of a CSV table without quotes in its fields, by the headings.
  private static func rows(ofCSV text: String) -> [[String: String]] {
    var lines = text.split(separator: "\n").map { line in
      line.replacing(#/"(\[\d), (\d\])"/#) { "\($0.1);\($0.2)" }.split(
        separator: ",", omittingEmptySubsequences: false
      ).map(String.init)
    }
    let headings = lines.removeFirst()
    return lines.map { Dictionary(uniqueKeysWithValues: zip(headings, $0)) }
  }

  @Test("has the metrics of the best epochs, the values that differ, and means over seeds in every format")
  func formats() throws {
    let directory = try Self.makeRuns()
    let histories = try Dictionary(uniqueKeysWithValues: Self.names.map { ($0, try Self.history($0, in: directory)) })
    func best(_ name: String) -> Int {
      let losses = histories[name]?["val_loss"] ?? []
      return losses.firstIndex(of: losses.min() ?? .nan) ?? -1
    }
    func value(_ metric: String, _ name: String) -> Double { histories[name]?[metric][best(name)] ?? .nan }
    let order = Self.names.sorted { value("val_loss", $0) < value("val_loss", $1) }

    let csv = try Self.compare(Self.paths + ["--sort", "val_loss", "--format", "csv"], in: directory)
    let rows = Self.rows(ofCSV: csv)
    #expect(rows.map { $0["run"] } == order.map { "runs/\($0)" })
    let keys = ["model.0.conv2d.kernel_size", "compile.optimizer.learning_rate", "fit.seed"]
    let facts = ["run", "state", "epochs", "epoch"]
    let metrics = ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"]
    #expect(Set(try #require(rows.first).keys) == Set(facts + keys + metrics))
    for (row, name) in zip(rows, order) {
      #expect(row["state"] == (name == "stopped" ? "interrupted" : "finished"))
      #expect(row["epochs"] == (name == "stopped" ? "1" : "3") && row["epoch"] == "\(best(name) + 1)")
      #expect(row["fit.seed"] == (name.hasSuffix("2") ? "2" : "1"))
      #expect(row[keys[0]] == (name == "stopped" ? "[3;3]" : "[5;5]"))
      #expect(row[keys[1]] == (name.hasPrefix("fast") ? "0.01" : "0.001"))
      for metric in metrics.dropLast(2) { #expect(row[metric].flatMap { Double($0) } == value(metric, name)) }
    }

    let json = try Self.compare(Self.paths + ["--sort", "val_loss", "--format", "json"], in: directory)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["metric"] as? String == "val_loss" && object["epoch"] as? String == "best")
    let runs = try #require(object["runs"] as? [[String: Any]])
    #expect(runs.map { $0["run"] as? String } == rows.map { $0["run"] })
    #expect(runs.map { $0["val_accuracy"] as? Double } == order.map { value("val_accuracy", $0) })
    let means = try #require(object["means"] as? [[String: Any]])
    #expect(means.count == 2)
    for mean in means {
      #expect(mean["runs"] as? Int == 2)
      #expect(Set((mean["seeds"] as? String ?? "").split(separator: " ")) == ["1", "2"])
      let name = mean[keys[1]] as? String == "0.01" ? "fast" : "slow"
      let values = (1...2).map { value("val_loss", "\(name)-\($0)") }
      #expect(abs((mean["val_loss"] as? Double ?? .nan) - (values[0] + values[1]) / 2) < 1e-12)
      // The deviation of two numbers is their distance by the root of 2.
      let deviation = abs(values[0] - values[1]) / 2.squareRoot()
      #expect(abs((mean["val_loss_std"] as? Double ?? .nan) - deviation) < 1e-12)
    }

    let text = try Self.compare(Self.paths + ["--sort", "val_loss"], in: directory)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let headings = facts + keys + ["val_loss"] + metrics.filter { $0 != "val_loss" }
    #expect(lines[0].split(separator: " ").map(String.init) == headings)
    #expect(lines[1...5].map { $0.split(separator: " ")[0] } == order.map { "runs/\($0)" })
    #expect(lines[6...7] == ["", "Mean ± standard deviation over seeds:"])
    #expect(lines[8].hasPrefix("runs") && lines.count == 12)
    let markdown = try Self.compare(Self.paths + ["--format", "markdown", "--mean"], in: directory)
    #expect(markdown.hasPrefix("| runs | seeds | \(keys[0]) | \(keys[1]) | val_accuracy |"))
    #expect(markdown.split(separator: "\n").count == 4)
    #expect(markdown.contains("| 0.01 | ") && markdown.contains(" ± "))
  }

  @Test("compares last epochs, and sorts accuracies from the largest, losses and seconds from the smallest")
  func sorting() throws {
    let directory = try Self.makeRuns()
    for (metric, largest) in [("val_accuracy", true), ("loss", false), ("seconds", false)] {
      let text = try Self.compare(
        Self.paths + ["--sort", metric, "--epoch", "last", "--format", "csv"], in: directory)
      let values = Self.rows(ofCSV: text).compactMap { $0[metric].flatMap { Double($0) } }
      #expect(values.count == 5 && values == values.sorted { largest ? $0 > $1 : $0 < $1 }, "\(metric): \(values)")
      let last = try Self.names.map { try Self.history($0, in: directory)[metric].last }
      #expect(Set(values) == Set(last.compactMap(\.self)))
    }
    // The metric of the best checkpoint is the default.
    let standard = try Self.compare(Self.paths, in: directory)
    #expect(try standard == Self.compare(Self.paths + ["--sort", "val_accuracy"], in: directory))
  }

  @Test("shows runs under way, and changes and locks nothing")
  func underWay() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    #expect(try Shell.martlet(["train", config, "--output", "a", "--max-steps", "4"], in: directory.path).status == 0)
    try FileManager.default.createDirectory(atPath: "\(directory.path)/b", withIntermediateDirectories: false)
    let locks = try ["a", "b"].map { try DirectoryLock("\(directory.path)/\($0)") }
    func contents() throws -> [String: [FileAttributeKey: String]] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
      let attributes = try names.map { name in
        (name, try FileManager.default.attributesOfItem(atPath: "\(directory.path)/\(name)").mapValues { "\($0)" })
      }
      return Dictionary(uniqueKeysWithValues: attributes)
    }
    let before = try contents()
    let rows = Self.rows(ofCSV: try Self.compare(["a/", "b", "--format", "csv"], in: directory))
    #expect(try contents() == before)
    #expect(rows.map { $0["run"] } == ["a", "b"] && rows.map { $0["state"] } == ["running", "running"])
    #expect(rows.map { $0["epochs"] } == ["1", "0"] && rows.map { $0["epoch"] } == ["1", ""])
    withExtendedLifetime(locks) {}
  }

  @Test("has one column for models of other layers, and none for names, directories and logs")
  func models() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let changes = [
      ("a", "callbacks=[csv_log: a.csv]"), ("b", "model=[flatten, dense: {units: 10, activation: softmax}]"),
    ]
    for (name, change) in changes {
      let finished = try Shell.martlet(
        ["train", config, "--output", name, "--set", change, "--epochs", "1"], in: directory.path)
      #expect((finished.status, finished.error) == (0, ""))
    }
    let text = try Self.compare(["a", "b", "--format", "csv"], in: directory)
    let rows = Self.rows(ofCSV: text.replacing(#/"(\d layers), (\d+ parameters)"/#) { "\($0.1) \($0.2)" })
    #expect(text.hasPrefix("run,state,epochs,epoch,model,val_accuracy,"))
    #expect(Set(rows.map { $0["model"] }) == ["4 layers 1168 parameters", "2 layers 7850 parameters"])
  }

  @Test("refuses what is not a run, and unknown metrics")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let arguments = ["train", config, "--output", "runs/a", "--epochs", "1"]
    #expect(try Shell.martlet(arguments, in: directory.path).status == 0)
    let cases: [([String], Int32, String)] = [
      (["runs/a", "--sort", "val_acc"], 2, "--sort val_acc: no run has this metric. There are: accuracy, "),
      (["runs"], 2, "runs: holds no checkpoint (step-*.weights.h5). It holds runs: a."),
      (["runs/a", "nothing"], 1, "nothing: cannot be read: No such file or directory"),
      (["runs/a", "small.yml"], 1, "small.yml: "),
      (["runs/a", "--epoch", "worst"], 2, "worst"), ([], 2, "Missing expected argument '<runs> ...'"),
    ]
    for (arguments, status, message) in cases {
      let refused = try Shell.martlet(["compare"] + arguments, in: directory.path)
      #expect(refused.status == status && refused.output.isEmpty, "\(arguments)")
      #expect(refused.error.contains(message), "\(refused.error)")
    }
  }
}
