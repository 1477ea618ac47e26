import ProtocolBuffers

/// A NodeProto with one output.
struct ONNXNode: ProtocolBufferMessage {
  let name: String
  let type: String
  let inputs: [String]
  var output: String
  var attributes: [ONNXAttribute] = []

  func encode(to encoder: inout MessageEncoder) {
    // input, output, name, op_type, attribute
    for input in inputs { encoder.add(1, input) }
    encoder.add(2, output)
    encoder.add(3, name)
    encoder.add(4, type)
    for attribute in attributes { encoder.add(5, attribute) }
  }
}
