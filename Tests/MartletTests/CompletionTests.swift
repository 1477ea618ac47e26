import Foundation
import TestSupport
import Testing

@Suite("Completions")
struct CompletionTests {
  /// Words on the command line, the last one to be completed, and what it may become.
  private static let cases: [(words: [String], expected: [String])] = [
    (["comp"], ["compare"]),
    (["compare", "--format", ""], ["text", "csv", "json", "markdown"]),
    (["compare", "runs/a", "--ep"], ["--epoch"]),
    (["compare", "runs/"], ["runs/first", "runs/second"]),
    (["train", "b"], ["board.yml"]),
    (["train", "board.yml", "--initial-weights", "runs/f"], ["runs/first"]),
    (["data", "fetch", "cifar10"], ["cifar10", "cifar100"]),
  ]

  @Test("of bash are commands, options, their values and files", arguments: cases.indices)
  func bash(index: Int) throws {
    let (words, expected) = Self.cases[index]
    let directory = try TemporaryDirectory()
    for name in ["first", "second"] {
      try FileManager.default.createDirectory(
        atPath: "\(directory.path)/runs/\(name)", withIntermediateDirectories: true)
    }
    _ = try directory.write("", to: "board.yml")
    let script = try Shell.martlet(["--generate-completion-script", "bash"])
    #expect((script.status, script.error) == (0, ""))
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let call = """

      COMP_WORDS=(martlet \(list)); COMP_CWORD=\(words.count)
      _martlet martlet "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let path = try directory.write(script.output + call, to: "complete.bash")
    let completed = try Shell.run("/usr/bin/env", ["bash", path], in: directory.path)
    #expect((completed.status, completed.error) == (0, ""))
    #expect(Set(completed.output.split(separator: "\n").map(String.init)) == Set(expected))
  }

  @Test("are printed for each shell", arguments: [("zsh", "#compdef martlet"), ("fish", "complete -c 'martlet'")])
  func others(shell: String, part: String) throws {
    let script = try Shell.martlet(["--generate-completion-script", shell])
    #expect((script.status, script.error) == (0, ""))
    #expect(script.output.contains(part) && script.output.contains("compare"))
  }
}
