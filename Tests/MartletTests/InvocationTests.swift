import Foundation
import Martlet
import TestSupport
import Testing

@Suite("Path arguments")
struct InvocationTests {
  private func shell(_ command: String, home: String?, in directory: TemporaryDirectory) throws -> Finished {
    let set = home.map { "export HOME='\($0)'" } ?? "unset HOME"
    return try Shell.run(
      "/bin/sh", ["-c", "\(set); \(command.replacing("martlet ", with: "'\(Shell.martlet)' "))"], in: directory.path)
  }

  @Test("expand a ~ that the shell did not expand")
  func home() throws {
    let directory = try TemporaryDirectory()
    let home = "\(directory.path)/home"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
    let yaml = """
      \(CommandTests.yaml)
      callbacks: [{csv_log: {filename: ~/epochs.csv}}]
      checkpoints: {directory: ~/run}
      """
    _ = try directory.write(yaml, to: "home/small.yml")
    let commands = [
      "martlet train '~/small.yml' --max-steps 7 --log-file=~/run.jsonl --step-log '~/steps.csv'",
      "martlet train '~/small.yml' --max-steps 1 --output=~/other",
      "martlet predict '~/run/latest.weights.h5' --output=~/predictions.csv",
      "martlet export '~/run/latest.weights.h5' '~/model.onnx'",
    ]
    for command in commands {
      let finished = try shell(command, home: home, in: directory)
      #expect(finished.status == 0, "\(command): \(finished.error)")
    }
    #expect(directory.names == ["home"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: home).sorted()
        == ["epochs.csv", "model.onnx", "other", "predictions.csv", "run", "run.jsonl", "small.yml", "steps.csv"])
  }

  @Test("are refused if the home directory is unknown")
  func unknownHome() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(
      CommandTests.yaml + "\ncheckpoints: {directory: ~/run}", to: "small.yml")
    let other = try directory.write(CommandTests.yaml + "\ncheckpoints: {directory: ~bob/run}", to: "other.yml")
    let plain = try directory.write(CommandTests.yaml, to: "plain.yml")
    func refused(_ command: String, home: String?, _ message: String) throws {
      let finished = try shell(command, home: home, in: directory)
      #expect(finished.status == 2)
      #expect(finished.error == "martlet: \(message)\n")
    }
    let none = "HOME is not set, so '~' cannot be expanded. Write the full path."
    try refused("martlet train \(config)", home: nil, "\(config):10: checkpoints.directory: '~/run': \(none)")
    try refused("martlet train \(plain) --output=~/x", home: "", "'~/x': \(none)")
    let others = "only '~/', your own home directory, is supported. Write the full path, or"
    try refused(
      "martlet train \(other)", home: "/",
      "\(other):10: checkpoints.directory: '~bob/run': \(others) './~bob/run' for a file of that name.")
    try refused(
      "martlet train \(plain) --output=~bob/x", home: "/", "'~bob/x': \(others) './~bob/x' for a file of that name.")
    #expect(directory.names == ["other.yml", "plain.yml", "small.yml"])
  }

  @Test("are UTF-8, or refused: nothing is written under another name")
  func bytes() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml, to: "small.yml")
    let latin = "$(printf 'caf\\351')"
    let commands = [
      ("martlet train small.yml --output \"\(latin)\"", "the argument 'caf\\xe9'"),
      ("martlet train small.yml --output=\"\(latin)\"", "the argument '--output=caf\\xe9'"),
      ("martlet train \"\(latin).yml\"", "the argument 'caf\\xe9.yml'"),
      ("MARTLET_DATA=\"\(latin)\" martlet train small.yml", "the environment's MARTLET_DATA='caf\\xe9'"),
      ("HOME=\"/\(latin)\" martlet train small.yml", "the environment's HOME='/caf\\xe9'"),
    ]
    for (command, place) in commands {
      let finished = try shell(command, home: "/", in: directory)
      #expect(finished.status == 2, "\(command)")
      #expect(finished.error == "martlet: \(place) is not UTF-8. Rename the file or the directory.\n")
      #expect(directory.names == ["small.yml"])
    }
    // A parent directory that is not UTF-8 does not matter.
    let below = try shell(
      "mkdir \"\(latin)\" && cd \"\(latin)\" && martlet train ../small.yml --max-steps 1 --step-log s.csv && ls && cd .. "
        + "&& rm -r \"\(latin)\"", home: "/", in: directory)
    #expect(below.status == 0, "\(below.error)")
    #expect(below.output.hasSuffix("checkpoints\ns.csv\n"))
    #expect(directory.names == ["small.yml"])
  }

  @Test("keep the permissions of replaced files")
  func permissions() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(
      CommandTests.yaml + "\ncallbacks: [{csv_log: {filename: epochs.csv}}]", to: "small.yml")
    let train = ["train", config, "--step-log", "steps.csv", "--log-file", "run.jsonl", "--max-steps"]
    #expect(try Shell.martlet(train + ["7"], in: directory.path).status == 0)
    let (logs, others) = (["epochs.csv", "steps.csv", "run.jsonl"], ["model.onnx", "p.csv", "digits.png"])
    // A table of predictions or an image only replaces a file of its kind.
    _ = try directory.write("old", to: "model.onnx")
    _ = try directory.write("sample,old\n", to: "p.csv")
    _ = try directory.write([0x89, 0x50, 0x4e, 0x47], to: "digits.png")
    let files = logs + others
    let before = try files.map { try Data(contentsOf: URL(filePath: "\(directory.path)/\($0)")) }
    for name in files { #expect(chmod("\(directory.path)/\(name)", 0o600) == 0) }
    let latest = "checkpoints/small/latest.weights.h5"
    let commands = [
      train + ["12", "--resume"],
      ["export", latest, "model.onnx", "--overwrite"], ["predict", latest, "--output", "p.csv"],
      ["data", "show", "digits", "--output", "digits.png"],
    ]
    for command in commands { #expect(try Shell.martlet(command, in: directory.path).status == 0, "\(command)") }
    for (name, before) in zip(files, before) {
      var status = stat()
      #expect(stat("\(directory.path)/\(name)", &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
      #expect(try Data(contentsOf: URL(filePath: "\(directory.path)/\(name)")) != before, "\(name)")
    }
  }
}
