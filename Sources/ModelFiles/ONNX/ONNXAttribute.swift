import ProtocolBuffers

/// An AttributeProto.
struct ONNXAttribute: ProtocolBufferMessage {
  enum Value {
    case integer(Int64)
    case number(Float)
    case text(String)
    case integers([Int])
  }

  let name: String
  let value: Value

  func encode(to encoder: inout MessageEncoder) {
    // name; f, i, s or ints; type
    encoder.add(1, name)
    switch value {
    case .number(let number): encoder.add(2, number)
    case .integer(let integer): encoder.add(3, integer)
    case .text(let text): encoder.add(4, text)
    case .integers(let integers):
      for integer in integers { encoder.add(8, Int64(integer)) }
    }
    encoder.add(20, type)
  }

  /// The number of its AttributeType.
  private var type: Int64 {
    switch value {
    case .number: 1
    case .integer: 2
    case .text: 3
    case .integers: 7
    }
  }
}
