import ArgumentParser
import DurableFiles
import Martlet

struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download a data set into the cache, unless it is on this machine.",
    discussion: "Prints the paths of its files, which are always verified.")

  @Argument(help: "Data set name, as listed by 'martlet data list'.", completion: .list(NamedSource.names))
  var name: String

  @Option(help: "Download from this server instead of the public mirrors.")
  var mirror: String?

  func run() throws {
    if let mirror {
      let scheme = mirror.prefix { $0 != ":" }.lowercased()
      guard ["http", "https"].contains(scheme), mirror.dropFirst(scheme.count).hasPrefix("://") else {
        throw UsageError("--mirror must be an address that starts with http:// or https://. Received: \(mirror)")
      }
    }
    // A download must not block on a reader of its progress.
    Console.error.writeInBackground()
    guard let paths = try NamedSource.find(name).fetch(CommandEnvironment.dataset(mirror: mirror, isSilent: false))
    else {
      throw UsageError("'\(name)' is built in: there is nothing to download.")
    }
    Console.output.write(paths.map { "\($0)\n" }.joined())
  }
}
