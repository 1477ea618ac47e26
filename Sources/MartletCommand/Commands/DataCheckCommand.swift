import ArgumentParser
import Martlet

struct DataCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Look for faults in the samples of a data set.",
    discussion: """
      Reads every sample, and prints counts, means and deviations. Problems are: one input with several targets, one input \
      in several parts, values that are NaN or infinite, images of one value, labels without a class name, classes of \
      the test data that the training data lacks. Remarks are: repeated inputs, rare and empty classes, classes that are \
      not in the test data, constant channels. Exit codes: 0 no problem, 1 problems or unreadable data, 2 usage error.
      """)

  @Argument(help: DataArgument.help, completion: .file())
  var name: String

  @Option(help: "Directory of the data set's files.", completion: .directory)
  var data: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let argument = try DataArgument(name, directory: data)
    let report = try DatasetReport(argument.parts(CommandEnvironment.streamedDataset()))
    Console.output.write(json ? "\(DataCheckJSON(report, name: name).text)\n" : DataCheckText(report, name: name).text)
    if !report.problems.isEmpty { throw ExitStatus.failed }
  }
}
