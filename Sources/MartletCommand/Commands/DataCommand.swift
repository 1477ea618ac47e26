import ArgumentParser
import DurableFiles
import Martlet

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List, download, show, check and convert data sets.",
    subcommands: [
      DataListCommand.self, DataFetchCommand.self, DataShowCommand.self, DataCheckCommand.self, DataConvertCommand.self,
    ])
}
