import Foundation
import Martlet
import TestSupport
import Testing

@Suite("The command in a hostile environment")
struct SurroundingsTests {
  @Test("fails when its output cannot be written")
  func fullOutput() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let full = try Shell.run(
      "/bin/sh", ["-c", "'\(Shell.martlet)' train '\(config)' --max-steps 1 > /dev/full"], in: directory.path)
    #expect(full.status == 1)
    #expect(full.error == "martlet: the standard output: cannot be written: No space left on device.\n")
    let help = try Shell.run("/bin/sh", ["-c", "'\(Shell.martlet)' help train > /dev/full"], in: directory.path)
    #expect(help.status == 1)
    #expect(help.error == full.error)
    let closed = try Shell.run("/bin/sh", ["-c", "'\(Shell.martlet)' help train | head -c 1"], in: directory.path)
    #expect(closed.error.isEmpty)
  }

  @Test("does not print into a file when its streams are closed")
  func closedStreams() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let train = "'\(Shell.martlet)' train '\(config)' --max-steps 2 --step-log steps.csv --overwrite"
    for closed in [">&-", ">&- 2>&-", "<&- >&- 2>&-"] {
      #expect(try Shell.run("/bin/sh", ["-c", "\(train) \(closed)"], in: directory.path).status == 1)
      let log = try directory.text("steps.csv")
      #expect(log.wholeMatch(of: #/step,epoch,loss\n1,1,[0-9.]+\n2,1,[0-9.]+\n/#) != nil, "\(closed): \(log)")
      #expect(try Shell.martlet(["inspect", "checkpoints/small/latest.weights.h5"], in: directory.path).status == 0)
    }
  }

  @Test("fails with a message when a file reaches its size limit")
  func fileSizeLimit() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let limited = try Shell.run(
      "/bin/sh", ["-c", "ulimit -f 1 && '\(Shell.martlet)' train '\(config)' --verbose 0"], in: directory.path)
    #expect(limited.status == 1)
    #expect(
      limited.error == """
        martlet: warning: checkpoints/small/step-00000006.weights.h5: cannot be written: File too large. There is no \
        checkpoint of step 6; training continues, and retries.
        martlet: the state after step 12, the last one, could not be saved anywhere: \
        checkpoints/small/step-00000012.weights.h5: cannot be written: File too large.
        Older checkpoints are unchanged. --resume continues from the newest of them.

        """)
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/checkpoints/small")
    #expect(names.filter { $0.hasSuffix(".h5") || $0.hasSuffix(".partial") }.isEmpty)
  }

  @Test("fails with a message when data does not fit in memory")
  func dataBeyondMemory() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(
      CommandTests.yaml.replacing("train_count: 1100", with: "train_count: 10000000"), to: "huge.yml")
    func limited(_ arguments: String) throws -> Finished {
      try Shell.run("/bin/sh", ["-c", "ulimit -v 3000000 && '\(Shell.martlet)' \(arguments)"], in: directory.path)
    }
    let digits = try limited("train '\(config)'")
    #expect(digits.status == 1)
    #expect(
      digits.error
        == "martlet: the 7840000000 bytes of 'digits (train)' do not fit in memory. Use fewer samples.\n")
    // A sparse file that starts like a checkpoint of its size.
    let start = "MARTLET CHECKPOINT\nformat 1\nbytes \(1 << 40 - 512)\nsha256 \(String(repeating: "0", count: 64))\n"
    #expect(truncate(try directory.write(start, to: "hole"), 1 << 40) == 0)
    let file = try limited("inspect hole")
    #expect(file.status == 1)
    #expect(file.error == "martlet: hole: cannot be read: its 1099511627776 bytes do not fit in memory.\n")
  }

  @Test("fails with a message when too few threads can be created")
  func tooFewThreads() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    // A thread has a stack of one gigabyte, and there is room for two.
    let train =
      "ulimit -s 1048576 && ulimit -v 3000000 && exec '\(Shell.martlet)' train '\(config)' --verbose 0 --workers"
    let many = try Shell.run("/bin/sh", ["-c", "\(train) 4"], in: directory.path)
    #expect(many.status == 1)
    let told = #/martlet: 4 workers need 4 threads, but the system allows only [12]\. Raise the limit .*\n/#
    #expect(many.error.wholeMatch(of: told) != nil, "\(many.error)")
    #expect(directory.names == ["small.yml"])
    #expect(try Shell.run("/bin/sh", ["-c", "\(train) 1 --max-steps 1"], in: directory.path).status == 0)
  }

  @Test("waits for a slow reader, whatever the mode of the pipe")
  func nonblockingPipe() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(
      CommandTests.yaml.replacing("test_count: 200", with: "test_count: 4000"), to: "small.yml")
    #expect(try Shell.martlet(["train", config, "--max-steps", "1"], in: directory.path).status == 0)
    let pipe = Pipe()
    let writer = pipe.fileHandleForWriting.fileDescriptor
    #expect(fcntl(writer, F_SETFL, fcntl(writer, F_GETFL) | O_NONBLOCK) == 0)
    let process = Process()
    process.executableURL = URL(filePath: Shell.martlet)
    process.arguments = ["predict", "checkpoints/small/latest.weights.h5"]
    process.environment = Shell.environment
    process.currentDirectoryURL = URL(filePath: directory.path)
    process.standardOutput = pipe
    try process.run()
    // F_GETPIPE_SZ of <fcntl.h>, which shows it to GNU sources alone.
    let capacity = fcntl(writer, 1032)
    try pipe.fileHandleForWriting.close()
    // More than a pipe holds, and read once its writer waits.
    let reader = pipe.fileHandleForReading.fileDescriptor
    while process.isRunning, try !isAsleep(process) || available(reader) < capacity - Int32(PIPE_BUF) { usleep(1000) }
    #expect(process.isRunning)
    let output = try #require(try pipe.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(output.count { $0 == UInt8(ascii: "\n") } == 4001)
  }

  /// The number of bytes in a pipe.
  private func available(_ reader: Int32) -> Int32 {
    var count: Int32 = 0
    return ioctl(reader, UInt(FIONREAD), &count) == 0 ? count : 0
  }

  /// Whether a process is sleeping.
  private func isAsleep(_ process: Process) throws -> Bool {
    let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
    // After the name, which may contain anything.
    return try #require(status.split(separator: ")").last).hasPrefix(" S ")
  }

  @Test("does not change the logs of a running run")
  func logsOfAnotherRun() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let arguments = ["train", config, "--step-log", "steps.csv", "--log-file", "run.jsonl"]
    #expect(try Shell.martlet(arguments + ["--max-steps", "2"], in: directory.path).status == 0)
    func logs() throws -> [String] { try ["steps.csv", "run.jsonl"].map(directory.text) }
    let before = try logs()
    let lock = try CheckpointStore(directory: "\(directory.path)/checkpoints/small").lock()
    for start in ["--overwrite", "--resume"] {
      let second = try Shell.martlet(arguments + [start], in: directory.path)
      #expect(second.status == 1)
      #expect(
        second.error.hasPrefix(
          "martlet: checkpoints/small: cannot be locked: another run is writing to it: process \(getpid()) on "))
      #expect(try logs() == before)
    }
    // Without either, the run is there, and that is enough to know.
    #expect(try Shell.martlet(arguments, in: directory.path).status == 2)
    #expect(try logs() == before)
    withExtendedLifetime(lock) {}
    let checkpoint = "\(directory.path)/checkpoints/small/step-00000002.weights.h5"
    #expect(FileManager.default.fileExists(atPath: checkpoint))
  }
}
