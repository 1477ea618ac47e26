import Foundation

/// The records of an event file of TensorBoard, without a check of their checksums.
public struct EventRecords {
  /// A value of a series.
  public struct Point: Hashable, Sendable {
    public let tag: String
    public let step: Int
    /// Nil for a picture and a histogram.
    public let number: Float?
  }

  /// Each record with its length and checksums.
  public let records: [ArraySlice<UInt8>]
  /// The events of the records.
  public let events: [MessageFields]
  public let points: [Point]
  /// The steps at which a session starts.
  public let starts: [Int]

  public init(_ path: String) throws {
    var rest = try Array(Data(contentsOf: URL(filePath: path)))[...]
    var records: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      let count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) } + 16
      guard count <= rest.count else { throw MessageFields.Failure.notAMessage }
      records.append(rest.prefix(count))
      rest.removeFirst(count)
    }
    self.records = records
    events = try records.map { try MessageFields($0.dropFirst(12).dropLast(4)) }
    points = try events.flatMap { event in
      try event.messages(5).flatMap { try $0.messages(1) }.map { value in
        Point(tag: value.texts(1)[0], step: try event.integers(2)[0], number: value.floats(2).first)
      }
    }
    starts = try events.filter { try !$0.messages(7).isEmpty }.map { try $0.integers(2)[0] }
  }

  /// The event files of a directory, the oldest first.
  public static func all(inDirectory directory: String) throws -> [EventRecords] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    return try names.map { try EventRecords("\(directory)/\($0)") }
  }

  /// What TensorBoard shows of a directory: a session that starts discards what earlier files have from its step on.
  public static func shown(inDirectory directory: String) throws -> [Point] {
    try all(inDirectory: directory).reduce([]) { points, file in
      points.filter { point in file.starts.allSatisfy { point.step < $0 } } + file.points
    }
  }
}
