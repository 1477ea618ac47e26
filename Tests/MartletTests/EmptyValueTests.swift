import TestSupport
import Testing

@Suite("Empty command-line values")
struct EmptyValueTests {
  private static let values: [(command: [String], options: [String])] = [
    (
      ["train", "small.yml"],
      ["--data", "--output", "--resume", "--initial-weights", "--log-file", "--step-log", "--time-limit", "--epochs"]
    ),
    (["evaluate", "x"], ["--data", "--config", "--architecture", "--dataset"]),
    (["predict", "x"], ["--data", "--config", "--architecture", "--output"]),
    (["export", "x", "y.npz"], ["--data", "--config", "--architecture", "--format"]),
    (["import", "x"], ["--output", "--config-out", "--config", "--data"]),
    (["data", "show", "digits"], ["--output", "--data"]), (["data", "fetch", "mnist"], ["--mirror"]),
    (["benchmark"], ["--data"]),
  ]

  @Test("are usage errors that name the option", arguments: values.indices)
  func ofOptions(index: Int) throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml, to: "small.yml")
    let (command, options) = Self.values[index]
    for option in options {
      for arguments in [[option, ""], ["\(option)="]] {
        let refused = try Shell.martlet(command + arguments, in: directory.path)
        #expect(refused.status == 2)
        #expect(refused.error == "martlet: \(option): the value is empty. Give a value, or leave the option out.\n")
      }
    }
    #expect(directory.names == ["small.yml"])
  }

  @Test(
    "are usage errors as file arguments",
    arguments: [
      ["train", ""], ["inspect", ""], ["diff", "", "x"], ["diff", "x", ""], ["export", "x", ""], ["data", "show", ""],
    ])
  func ofFiles(arguments: [String]) throws {
    let refused = try Shell.martlet(arguments)
    #expect(refused.status == 2)
    let place = "argument \((arguments.firstIndex(of: "") ?? 0) + 1)"
    #expect(refused.error == "martlet: \(place): the value is empty. Give a value, or leave the option out.\n")
  }
}
