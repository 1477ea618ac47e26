import ProtocolBuffers

/// A record of an event file: TensorBoard's `Event`.
///
/// Source: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto, event.proto
struct Event: ProtocolBufferMessage {
  enum Content {
    /// The first record of each file.
    case fileVersion
    /// TensorBoard discards the points of the directory's earlier files from this event's step on.
    case sessionStart
    case summary(Summary)
  }

  /// Seconds since 1970.
  let wallTime: Double
  let step: Int
  let content: Content

  func encode(to encoder: inout MessageEncoder) {
    // wall_time, step; file_version, summary or session_log
    encoder.add(1, wallTime)
    encoder.add(2, Int64(step))
    switch content {
    case .fileVersion: encoder.add(3, "brain.Event:2")
    case .summary(let summary): encoder.add(5, summary)
    case .sessionStart: encoder.add(7, SessionStart())
    }
  }

  /// The event with its length and the checksums of both: the framing of TFRecord files.
  var record: [UInt8] {
    let event = serializedBytes
    let count = Self.bytes(UInt64(event.count))
    return count + Self.bytes(CRC32C.masked(count)) + event + Self.bytes(CRC32C.masked(event))
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// A SessionLog with the status START.
private struct SessionStart: ProtocolBufferMessage {
  func encode(to encoder: inout MessageEncoder) { encoder.add(1, Int64(1)) }
}
