import ArgumentParser
import Martlet
import Testing

@testable import MartletCommand

@Suite("Help and version")
struct HelpTests {
  private static let commands: [any ParsableCommand.Type] = [
    MartletCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self, InspectCommand.self,
    ExportCommand.self, ImportCommand.self, DataCommand.self, DataListCommand.self, DataFetchCommand.self,
    DataShowCommand.self, DataCheckCommand.self, DataConvertCommand.self, InitCommand.self, BenchmarkCommand.self,
    DiffCommand.self, CompareCommand.self, ReportCommand.self,
  ]

  @Test("covers every command")
  func complete() {
    var found: [String] = []
    func collect(_ type: any ParsableCommand.Type) {
      found.append("\(type)")
      for type in type.configuration.subcommands { collect(type) }
    }
    collect(MartletCommand.self)
    #expect(Set(found) == Set(Self.commands.map { "\($0)" }))
  }

  /// The parser wraps each paragraph to the width of the terminal: a manual line break in one makes ragged lines.
  @Test("is wrapped once: each line fills the width of the terminal", arguments: commands.indices)
  func wrapping(index: Int) {
    for width in [60, 80, 100, 200] {
      let help = MartletCommand.helpMessage(for: Self.commands[index], columns: width)
      let overview = help.split(separator: "USAGE:")[0].split(separator: "\n", omittingEmptySubsequences: false)
      for (line, next) in zip(overview, overview.dropFirst()) where !line.isEmpty && !next.isEmpty {
        let word = next.prefix { $0 != " " }
        // The parser leaves the last column empty.
        #expect(line.count < width && line.count + 1 + word.count >= width, "\(width): \(line)")
      }
    }
  }

  @Test("names every environment variable that is used")
  func environment() {
    let help = MartletCommand.helpMessage(columns: 1000)
    let variables = [
      "MARTLET_DATA", "MARTLET_INSTRUCTION_SET", "XDG_CACHE_HOME", "KERAS_HOME", "SLURM_CPUS_PER_TASK", "NO_COLOR",
      "TERM", "COLUMNS",
    ]
    #expect(variables.filter { !help.contains($0) } == [])
  }

  @Test("shows the version recorded in files and logs")
  func version() throws {
    let finished = try Shell.martlet(["--version"])
    #expect((finished.status, finished.output, finished.error) == (0, "\(MartletVersion.text)\n", ""))
    #expect(MartletVersion.text.wholeMatch(of: #/\d+\.\d+\.\d+/#) != nil)
  }
}
