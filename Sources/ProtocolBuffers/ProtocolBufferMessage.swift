/// A message of a protocol buffer schema, of which only the fields exist that are written.
package protocol ProtocolBufferMessage {
  /// Adds the fields, in the order of their numbers.
  func encode(to encoder: inout MessageEncoder)
}

extension ProtocolBufferMessage {
  package var serializedBytes: [UInt8] {
    var encoder = MessageEncoder()
    encode(to: &encoder)
    return encoder.bytes
  }
}
