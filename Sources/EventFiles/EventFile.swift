import DurableFiles
import Glibc

/// An event file of TensorBoard, to which one process appends.
///
/// TensorBoard reads the files of a directory in the order of their names as one run, so that a resumed run continues in
/// a new file. The file starts with a record that discards what earlier files have from its first step on: the points
/// that an interrupted run wrote after the checkpoint from which it was resumed.
///
/// Source: TensorFlow, core/lib/io/record_writer.h and core/util/events_writer.cc
package final class EventFile {
  /// A part of the name of every event file.
  private static let mark = "tfevents."

  private let file: AppendOnlyFile
  /// The first records, which are written with the first summaries.
  private var heading: [Event]

  /// Creates a file in a directory, which is created if it is missing.
  ///
  /// - Parameter step: the first step whose points are written.
  /// - Throws: `FileError`.
  package init(inDirectory directory: String, startingAt step: Int) throws {
    try AtomicFile.createDirectory(directory)
    // Sorted after the existing ones, whatever the clocks of their hosts said.
    let newest = try Self.names(in: directory).compactMap(Self.seconds).max() ?? 0
    let seconds = "\(max(Int(Self.now), newest + 1))"
    let padding = String(repeating: "0", count: max(10 - seconds.count, 0))
    file = try AppendOnlyFile(
      "\(directory)/events.out.\(Self.mark)\(padding)\(seconds).\(LockHolder.thisHost).\(getpid()).0")
    heading = [
      Event(wallTime: Self.now, step: 0, content: .fileVersion),
      Event(wallTime: Self.now, step: step, content: .sessionStart),
    ]
  }

  /// The path of the file.
  package var path: String { file.path }

  /// Whether the file is still at its path.
  package var isInPlace: Bool { file.isInPlace }

  /// Appends summaries, which are passed to the system before this returns.
  ///
  /// - Throws: `FileError`; none of them is in the file then.
  package func append(_ summaries: [Summary]) throws {
    let now = Self.now
    let events = summaries.map { Event(wallTime: now, step: $0.step, content: .summary($0)) }
    try file.append((heading + events).flatMap(\.record))
    heading = []
  }

  /// Whether a directory has event files; false if it does not exist or cannot be read.
  package static func exist(inDirectory directory: String) -> Bool {
    (try? names(in: directory).isEmpty) == false
  }

  private static func names(in directory: String) throws -> [String] {
    try AtomicFile.names(in: directory).filter { $0.contains(mark) }
  }

  /// The time in a file's name; nil if it is none of ten digits.
  private static func seconds(ofName name: String) -> Int? {
    name.split(separator: mark).last.flatMap { Int($0.prefix { $0 != "." }) }.flatMap { $0 < 9_999_999_999 ? $0 : nil }
  }

  /// Seconds since 1970.
  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
