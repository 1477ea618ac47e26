/// The bytes of a message of protocol buffers, to which fields are added in the order of their numbers.
///
/// Source: https://protobuf.dev/programming-guides/encoding
package struct MessageEncoder {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Adds an integer; a negative one takes ten bytes.
  package mutating func add(_ field: Int, _ value: Int64) {
    addTag(field, .varint)
    addVarint(UInt64(bitPattern: value))
  }

  package mutating func add(_ field: Int, _ value: Float) {
    addTag(field, .fourBytes)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func add(_ field: Int, _ value: Double) {
    addTag(field, .eightBytes)
    addBytes(of: value)
  }

  /// Adds a repeated field in packed form.
  package mutating func add(_ field: Int, _ values: [Double]) {
    addTag(field, .counted)
    addVarint(UInt64(values.count * MemoryLayout<Double>.size))
    for value in values { addBytes(of: value) }
  }

  package mutating func add(_ field: Int, _ value: String) { add(field, value.utf8) }

  package mutating func add(_ field: Int, _ value: some Collection<UInt8>) {
    addTag(field, .counted)
    addVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  package mutating func add(_ field: Int, _ message: some ProtocolBufferMessage) {
    addTag(field, .counted)
    let start = bytes.count
    message.encode(to: &self)
    var count = MessageEncoder()
    count.addVarint(UInt64(bytes.count - start))
    bytes.insert(contentsOf: count.bytes, at: start)
  }

  // MARK: - Parts of a field

  private enum WireType: Int {
    case varint = 0
    case eightBytes = 1
    case counted = 2
    case fourBytes = 5
  }

  private mutating func addTag(_ field: Int, _ type: WireType) { addVarint(UInt64(field << 3 | type.rawValue)) }

  private mutating func addBytes(of value: Double) {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds seven bits in each byte, the low ones first; the high bit says that another byte follows.
  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
