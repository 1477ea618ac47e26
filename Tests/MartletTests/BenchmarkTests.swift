import Foundation
import Martlet
import TestSupport
import Testing

@testable import MartletCommand

/// The output of `martlet benchmark`. The figures depend on the machine and are not checked.
@Suite("martlet benchmark")
struct BenchmarkTests {
  static let yaml = """
    name: small
    data: {dataset: digits, train_count: 300, test_count: 100}
    model:
      - conv2d: {filters: 4, kernel_size: [5, 5], activation: relu}
      - max_pooling2d
      - flatten
      - dense: {units: 10, activation: softmax}
    fit: {batch_size: 50}
    """

  private func benchmark(_ arguments: [String], _ yaml: String = yaml) throws -> Finished {
    let directory = try TemporaryDirectory()
    let config = try directory.write(yaml, to: "small.yml")
    let finished = try Shell.martlet(
      ["benchmark"] + arguments.map { $0 == "CONFIG" ? config : $0 }, in: directory.path)
    #expect(directory.names == ["small.yml"])
    return finished
  }

  /// A median with minimum and maximum.
  struct Spread: Decodable {
    let median, min, max: Double
    var isPlausible: Bool { 0 < min && min <= median && median <= max && max.isFinite }
  }

  struct Report: Decodable {
    struct ByWorkers: Decodable {
      let workers: Int
      let value: Spread
    }

    struct Layer: Decodable {
      let name: String
      let forwardFlop, backwardFlop: Int
      let forwardSeconds, backwardSeconds: Spread
    }

    struct Network: Decodable {
      let name: String
      let layers: [Layer]
      let updateSeconds, validationSeconds: Spread
      let epochFlop: Double
      let epochSeconds: [ByWorkers]
    }

    let instructionSet: String
    let peakFlopsPerCore: [ByWorkers]
    struct Prediction: Decodable {
      struct Epoch: Decodable {
        let workers: Int
        let predictedEpochSeconds, waitingShare: Double
        let measuredEpochSeconds: Double?
        let limitingPhase: String
      }

      let name: String
      let epochs: [Epoch]
      let usefulWorkers: Int
    }

    let phaseChangeSeconds: [ByWorkers]
    let networks: [Network]
    let predictions: [Prediction]
    let peakMemoryBytes: Int
  }

  @Test("writes JSON: peak, layers, update, epochs, memory")
  func json() throws {
    let finished = try benchmark(["CONFIG", "--runs", "1", "--workers", "3", "--format", "json"])
    #expect(finished.status == 0)
    #expect(finished.error.isEmpty)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let report = try decoder.decode(Report.self, from: Data(finished.output.utf8))
    #expect(report.instructionSet == "\(InstructionSet.bestSupported)")
    #expect(report.peakFlopsPerCore.map(\.workers) == [1, 2, 3])
    #expect(report.peakFlopsPerCore.allSatisfy { $0.value.isPlausible })
    #expect(report.peakMemoryBytes > 10_000_000)

    let network = try #require(report.networks.first)
    #expect(report.networks.count == 1)
    #expect(network.name == "small")
    #expect(network.layers.map(\.name) == ["conv2d + max_pooling2d", "dense"])
    // 24x24 outputs of 25 taps and 4 filters, of which one in four has a gradient; then 576 times 10.
    #expect(network.layers.map(\.forwardFlop) == [2 * 25 * 4 * 576, 2 * 5760])
    #expect(network.layers.map(\.backwardFlop) == [2 * 25 * 4 * 144, 4 * 5760])
    #expect(network.layers.allSatisfy { $0.forwardSeconds.isPlausible && $0.backwardSeconds.isPlausible })
    let (forward, backward) = (115_200 + 11_520, 28_800 + 23_040)
    #expect(network.epochFlop == Double(300 * (forward + backward) + 100 * forward))
    #expect(network.updateSeconds.isPlausible && network.validationSeconds.isPlausible)
    #expect(network.epochSeconds.map(\.workers) == [1, 2, 3])
    #expect(network.epochSeconds.allSatisfy { $0.value.isPlausible })

    let prediction = try #require(report.predictions.first)
    #expect(report.predictions.count == 1 && prediction.name == "small")
    #expect(prediction.epochs.map(\.workers) == [1, 2, 4, 8, 16, 32, 64, 128])
    #expect(prediction.epochs.allSatisfy { $0.predictedEpochSeconds > 0 && (0...1).contains($0.waitingShare) })
    #expect(prediction.epochs[0].measuredEpochSeconds == network.epochSeconds[0].value.median)
    #expect(prediction.epochs[7].measuredEpochSeconds == nil)
    #expect(prediction.epochs.allSatisfy { !$0.limitingPhase.isEmpty })
    #expect(prediction.epochs.contains { $0.workers == prediction.usefulWorkers })
    // Changes of phases are measured where each worker has a core.
    #expect(report.phaseChangeSeconds.allSatisfy { $0.workers <= AvailableCores.count() })
  }

  @Test("writes a text table")
  func text() throws {
    let finished = try benchmark(["CONFIG", "--runs", "2", "--workers", "2"])
    #expect(finished.status == 0)
    #expect(finished.error.isEmpty)
    let spread = #"\d+(\.\d+)? \(\d+(\.\d+)?-\d+(\.\d+)?\)"#
    let pass = #" +\#(spread) +\d+\.\d +\d+ %"#
    let lines =
      [
        #"Peak \(.*, multiplications and additions in registers\)"#, #"  1 core   \#(spread) GFLOP/s each"#,
        #"  2 cores  \#(spread) GFLOP/s each"#, #"  change of phases with 2 workers: \#(spread) us"#, "",
        "small: one core, time per sample",
        #"  layer +forward us +GFLOP/s +of peak +backward us +GFLOP/s +of peak"#,
        #"  conv2d \+ max_pooling2d\#(pass)\#(pass)"#, #"  dense +\#(pass)\#(pass)"#,
        #"  gradient sum \+ update of a step: \#(spread) us"#, "epochs: training and validation",
        #"  1 worker  \#(spread) s  1\.00x  \d+ % of peak"#, #"  2 workers \#(spread) s  \d+\.\d\dx  \d+ % of peak"#,
        #"  of which validation: \#(spread) s"#, "", #"Peak memory: \d+ MB"#, "",
        "small: prediction from tasks on one core, if memory keeps up",
        #"  workers  epoch s +measured +error  waiting  in"#,
        #" +1 +\d+\.\d{3}  1\.00x +\d+\.\d{3} +[+-]\d+ %"#,
        #" +2 +\d+\.\d{3}  \d+\.\d\dx +\d+\.\d{3} +[+-]\d+ %.*"#,
      ] + [4, 8, 16, 32, 64, 128].map { #" +\#($0) +\d+\.\d{3} +\d+\.\d\dx( +\d+ %  [a-z ]+)?"# }
      + [
        "", "What to set",
        #"  small: --workers [12] on this machine\. With batches of 50, .*pay.*"#,
        "  fit.shards limits no number of workers: leave it as it is, it shows in the bits.", "",
      ]
    let printed = finished.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(printed.count == lines.count)
    for (line, pattern) in zip(printed, lines) {
      #expect(try Regex(pattern).wholeMatch(in: line) != nil, "'\(line)' is not '\(pattern)'")
    }
    // Columns are aligned.
    #expect(Set(printed[6...8].map(\.count)).count == 1)
  }

  @Test("does not count threads as cores", arguments: [(1, 1, "1 core "), (1, 2, "1 core "), (2, 2, "2 cores")])
  func cores(workers: Int, cores: Int, label: String) {
    #expect(BenchmarkTable.computing(workers, on: cores) == label)
  }

  @Test("names threads that share cores", arguments: [(2, 1, "2 threads on 1 core"), (16, 2, "16 threads on 2 cores")])
  func threads(workers: Int, cores: Int, label: String) throws {
    #expect(BenchmarkTable.computing(workers, on: cores) == label)
    let machine = try MachineBenchmark(
      workerCounts: [1, workers], runs: 1, instructionSet: .bestSupported, cores: cores)
    #expect(BenchmarkTable.text(machine).contains("  \(label)  "))
    #expect(machine.peak(workers: workers) == machine.corePeak * Double(cores))
    let json = BenchmarkTable.json(machine, networks: [], predictions: [], memory: 1).json
    #expect(json.contains("\"cores\": \(cores),"))
  }

  @Test("measures with generated digits if MNIST is not on the machine, and downloads nothing")
  func withoutMNIST() throws {
    let directory = try TemporaryDirectory()
    let yaml = Self.yaml.replacing(#/data: .*/#, with: "data: {dataset: mnist}")
    let config = try directory.write(yaml, to: "small.yml")
    let environment = [
      "HOME": directory.path, "XDG_CACHE_HOME": "", "MARTLET_DATA": "", "https_proxy": "http://127.0.0.1:1",
    ]
    let arguments = ["benchmark", config, "--runs", "1", "--workers", "1", "--format", "json"]
    let finished = try Shell.martlet(arguments, environment: environment)
    #expect(finished.status == 0)
    #expect(
      finished.error == "martlet: \(config): mnist is not on this machine. Measured with generated digits of the "
        + "same shape and number instead.\n")
    #expect(finished.output.contains(#""data": "digits""#))
    #expect(directory.names == ["small.yml"])
    // An explicit directory that does not exist.
    let wrong = try Shell.martlet(arguments + ["--data", "/nowhere"], environment: environment)
    #expect(wrong.status == 1 && wrong.error.contains("/nowhere"))
  }

  /// Arguments, exit code, and the start of the message.
  static let mistakes: [([String], Int32, String)] = [
    (["CONFIG", "--runs", "0"], 2, "martlet: --runs must be at least 1 and at most 100. Received: 0"),
    (["CONFIG", "--runs", "-1"], 2, "martlet: --runs must be at least 1 and at most 100. Received: -1"),
    (["CONFIG", "--runs", "many"], 2, "Error: The value 'many' is invalid for '--runs <runs>'"),
    (["CONFIG", "--workers", "0"], 2, "martlet: --workers must be at least 1 and at most 1024. Received: 0"),
    (["CONFIG", "--workers", "1.5"], 2, "Error: The value '1.5' is invalid for '--workers <workers>'"),
    (["CONFIG", "--format", "xml"], 2, "Error: The value 'xml' is invalid for '--format <format>'"),
    (["CONFIG", "--data", "/tmp"], 2, "martlet: --data /tmp: the data set 'digits' has no files. Leave out --data."),
    (["CONFIG", "/nowhere.yml"], 2, "martlet: /nowhere.yml: cannot be read: No such file or directory."),
    (["--runs", "1"], 2, "martlet: configs/mnist-cnn.yml, "),
  ]

  @Test("refuses what it cannot measure, before it measures anything", arguments: mistakes.indices)
  func wording(index: Int) throws {
    let (arguments, status, wording) = Self.mistakes[index]
    let finished = try benchmark(arguments)
    #expect(finished.status == status)
    #expect(finished.error.hasPrefix(wording), "\(finished.error)")
    #expect(finished.output.isEmpty)
  }

  @Test(
    "refuses a run that cannot be trained",
    arguments: [
      ("fit: {batch_size: 50}", "fit: {batch_size: 500}", "a batch of 500 samples is larger than 'digits (train)'"),
      ("units: 10", "units: 5", "sample "),
      ("max_pooling2d", "max_pooling2d: {pool_size: 30}", "model[1] (max_pooling2d): got (24, 24, 4), needs "),
    ])
  func untrainable(old: String, new: String, wording: String) throws {
    let finished = try benchmark(["CONFIG", "--runs", "1"], Self.yaml.replacing(old, with: new))
    #expect(finished.status == 2)
    #expect(finished.error.hasPrefix("martlet: \(wording)"), "\(finished.error)")
  }
}
