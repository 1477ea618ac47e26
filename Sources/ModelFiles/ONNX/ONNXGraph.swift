import ProtocolBuffers

/// A GraphProto.
struct ONNXGraph: ProtocolBufferMessage {
  let name: String
  let input: ONNXValue
  let output: ONNXValue
  var nodes: [ONNXNode] = []
  var tensors: [NamedTensor] = []

  func encode(to encoder: inout MessageEncoder) {
    // node, name, initializer, input, output
    for node in nodes { encoder.add(1, node) }
    encoder.add(2, name)
    for tensor in tensors { encoder.add(5, tensor) }
    encoder.add(11, input)
    encoder.add(12, output)
  }

  /// Renames the value that is the model's output to the graph's output name.
  mutating func finish(output value: String) {
    if let index = nodes.lastIndex(where: { $0.output == value }), !nodes.contains(where: { $0.inputs.contains(value) })
    {
      nodes[index].output = output.name
      return
    }
    // The output has other readers, or is the input.
    nodes.append(ONNXNode(name: output.name, type: "Identity", inputs: [value], output: output.name))
  }
}
