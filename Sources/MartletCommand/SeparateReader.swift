import ArgumentParser
import DurableFiles
import Foundation
import Martlet

/// Reads files that come from elsewhere in a process of its own.
///
/// Files of Keras' are read by the HDF5 library, which trusts them more than we do: a hostile one can make it crash, loop,
/// or ask for all memory. A process that has little of both can do no harm; it hands back plain texts and numbers.
enum SeparateReader {
  /// - Throws: `SeparateReaderError` for what the other process says, `ModelFileError` if it says nothing.
  static func read(_ path: String) throws -> KerasModelFile {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe")
    process.arguments = [ReadModelCommand.configuration.commandName ?? "", "--", path]
    let answer = Pipe()
    process.standardOutput = answer
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw ModelFileError(file: path, .readerFailed(reason: "no process could be started for it: \(error)"))
    }
    let bytes = [UInt8](answer.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    guard process.terminationReason == .exit else {
      throw ModelFileError(
        file: path, .readerFailed(reason: reason(ofSignal: process.terminationStatus)))
    }
    guard process.terminationStatus == 0 else {
      throw SeparateReaderError(description: String(decoding: bytes, as: UTF8.self))
    }
    return try KerasModelFile(path: path, transfer: bytes)
  }

  private static func reason(ofSignal signal: Int32) -> String {
    switch signal {
    case SIGXCPU, SIGKILL: "reading it takes far too long; it is damaged, or hostile"
    default: "reading it crashed (signal \(signal)); it is damaged, or hostile"
    }
  }
}

/// What the process that read the file said: the message is whole.
struct SeparateReaderError: Error, CustomStringConvertible {
  let description: String
}

/// The other process: `martlet read-model FILE`, for `SeparateReader` alone.
struct ReadModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read-model", abstract: "Read a model of Keras' on behalf of another process.", shouldDisplay: false)

  @Argument(help: "The model.")
  var file: String

  func run() throws {
    let answer: [UInt8]
    var status: Int32 = 0
    do {
      let size = try WholeFile.read(file).count
      // Seconds of the processor's time; reading takes one for some hundred megabytes.
      limit(RLIMIT_CPU, to: 5 + size >> 24)
      limit(RLIMIT_CORE, to: 0)
      limit(RLIMIT_AS, to: addressSpace(forFileOf: size))
      answer = try KerasModelFile(path: file).transfer
    } catch {
      (answer, status) = (Array("\(error)".utf8), ExitStatus.failed.rawValue)
    }
    try FileHandle.standardOutput.write(contentsOf: answer)
    Foundation.exit(status)
  }

  private func limit(_ resource: __rlimit_resource, to value: Int) {
    var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
    setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
  }

  /// What the process has mapped by now, and copies of the file's contents on top.
  private func addressSpace(forFileOf count: Int) -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
    let mapped = pages.flatMap { Int($0) }.map { $0 * sysconf(Int32(_SC_PAGESIZE)) } ?? 1 << 30
    return mapped + 256 << 20 + 16 * count
  }
}
