import ArgumentParser
import DurableFiles
import Martlet

struct DataConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a data set as a NumPy archive, an HDF5 file or IDX files.",
    discussion: """
      The suffix of OUTPUT selects the format: .npz (x_train, y_train, x_test, y_test) or .h5 (/train/x, /train/y, \
      /test/x, /test/y), uncompressed. A directory, or a name without a suffix, gets IDX files, named as those of MNIST; \
      they hold images of bytes and their labels. A validation split of a configuration is not applied. Files are complete \
      or absent, and of any size: samples are written as they are read.
      """)

  @Argument(help: DataArgument.help, completion: .file())
  var name: String

  @Argument(
    help: "The file to write, .npz or .h5; or for IDX files a directory, or the start of their names.",
    completion: .file())
  var output: String

  @Option(help: "Directory of the data set's files.", completion: .directory)
  var data: String?

  @Flag(help: "Replace existing files.")
  var overwrite = false

  func run() throws {
    guard !AtomicFile.isStream(output) else {
      throw UsageError("\(output): is a device or a pipe. Name a file to write: its format is not written in order.")
    }
    guard let format = DatasetConversion.Format(path: output) else {
      throw UsageError(
        "\(output): the name must end in .npz or .h5, or have no suffix for IDX files, which selects the format.")
    }
    let argument = try DataArgument(name, directory: data)
    let parts = try argument.source.parts(CommandEnvironment.streamedDataset())
    for file in DatasetConversion.files(parts, to: output, format) {
      try OutputPath.check(file, madeOf: argument.files)
      guard overwrite || !AtomicFile.exists(file) else {
        throw UsageError("\(file): exists. --overwrite replaces it.")
      }
    }
    let result = try DatasetConversion.write(parts, to: output, format, scale: argument.configuration?.training.scale)
    for note in result.notes { Console.error.write("martlet: note: \(note).\n") }
    Console.output.write(
      "Wrote \(result.files.joined(separator: ", "))\n\(result.arrays.map { "  \($0)\n" }.joined())\(result.configuration)\n"
    )
  }
}
