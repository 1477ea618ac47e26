import ProtocolBuffers

extension NamedTensor: ProtocolBufferMessage {
  /// A TensorProto.DataType.
  enum ONNXElement: Int64 {
    case float = 1
    case int64 = 7
  }

  /// Adds the fields of a TensorProto.
  package func encode(to encoder: inout MessageEncoder) {
    let isFloat = if case .floats = values { true } else { false }
    // dims, data_type, name, raw_data
    for size in dimensions { encoder.add(1, Int64(size)) }
    encoder.add(2, (isFloat ? ONNXElement.float : .int64).rawValue)
    encoder.add(8, name)
    encoder.add(9, bytes)
  }
}
