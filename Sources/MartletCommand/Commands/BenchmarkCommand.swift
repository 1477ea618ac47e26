import ArgumentParser
import Foundation
import Martlet

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract:
      "Measure this machine: peak arithmetic rate, the time per layer, step and epoch; predict it for more cores.",
    discussion: """
      Peak: multiplications and additions in registers alone. Layers: one core, with the kernels and the buffers of \
      training. Epochs: training and validation by the real trainer. Each figure is the median of several runs, with \
      the minimum and maximum. Prediction: the tasks of training on one core, scheduled on more workers than this \
      machine has. Without MNIST on this machine, generated digits of the same shape and number are used.
      """)

  @Argument(help: "Run configurations (default: the three MNIST networks in configs/).", completion: .file())
  var configs: [String] = []

  @Option(help: "Directory of the data set's files.", completion: .directory)
  var data: String?

  @Option(parsing: .unconditional, help: "Maximum number of threads (default: the cores this process may use).")
  var workers: Int?

  @Option(parsing: .unconditional, help: "Number of repetitions.")
  var runs = 5

  @Option(help: "Output format: text or json.")
  var format: OutputFormat = .text

  func run() throws {
    guard (1...100).contains(runs) else {
      throw UsageError("--runs must be at least 1 and at most 100. Received: \(runs)")
    }
    let environment = try CommandEnvironment.training(workers: workers, isSilent: format == .json)
    // All are read before anything is measured, so that an error in the last one is reported at once.
    let configurations = try (configs.isEmpty ? Self.defaultConfigs() : configs).map {
      try configuration($0, environment.dataset)
    }
    let counts = Self.workerCounts(upTo: environment.workerCount)
    let machine = try MachineBenchmark(workerCounts: counts, runs: runs, instructionSet: environment.instructionSet)
    if format == .text { Console.output.write(BenchmarkTable.text(machine)) }
    let networks = try configurations.map { run in
      let network = try NetworkBenchmark(run, workerCounts: counts, runs: runs, environment: environment)
      if format == .text { Console.output.write(BenchmarkTable.text(network, machine: machine)) }
      return network
    }
    // Predictions need memory of their own.
    let memory = MemoryUse.peak
    if format == .text { Console.output.write(BenchmarkTable.memory(memory)) }
    let predictions = try zip(configurations, networks).map { run, network in
      let prediction = try ScalingPrediction(
        run, measured: network, machine: machine, runs: runs, environment: environment)
      if format == .text {
        Console.output.write(prediction.map(PredictionTable.text) ?? PredictionTable.noPrediction(network.name))
      }
      return prediction
    }
    switch format {
    case .text:
      Console.output.write(
        PredictionTable.advice(
          zip(networks, zip(configurations, predictions)).map { network, rest in
            PredictionTable.Advice(
              name: network.name, epochs: network.epochs.map { ($0.workers, $0.seconds.median) },
              batchSize: rest.0.training.batchSize, prediction: rest.1)
          }))
    case .json:
      Console.output.write(
        BenchmarkTable.json(machine, networks: networks, predictions: predictions.compactMap(\.self), memory: memory)
          .json + "\n")
    }
  }

  private func configuration(_ path: String, _ context: DatasetContext) throws -> RunConfiguration {
    var run = try RunConfiguration(contentsOf: path)
    if let data { run.source = try run.source?.required(inDirectory: data) }
    if let published = run.source as? any PublishedSource, let standIn = published.standIn(context) {
      // A benchmark does not download data.
      run.source = standIn.source
      Console.error.write(
        "martlet: \(path): \(type(of: published).name) is not on this machine. Measured with generated "
          + "\(standIn.description) of the same shape and number instead.\n")
    }
    return run
  }

  /// 1, 2, 4…, and `most`.
  private static func workerCounts(upTo most: Int) -> [Int] {
    var counts = [1]
    while counts[counts.count - 1] * 2 < most { counts.append(counts[counts.count - 1] * 2) }
    return most > 1 ? counts + [most] : counts
  }

  private static func defaultConfigs() throws -> [String] {
    let paths = ["mnist-cnn", "mnist-convnet", "mnist-mlp"].map { "configs/\($0).yml" }
    guard paths.allSatisfy({ access($0, R_OK) == 0 }) else {
      throw UsageError("\(paths.joined(separator: ", ")) not found in this directory: name a configuration.")
    }
    return paths
  }
}
