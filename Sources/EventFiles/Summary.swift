import ProtocolBuffers

/// A point of a series that TensorBoard shows: a Summary with one value, in the form of TensorFlow 1, which every version
/// of TensorBoard reads.
///
/// Source: summary.proto, beside event.proto
package struct Summary: ProtocolBufferMessage {
  package enum Value: Sendable {
    case number(Float)
    /// A picture in the format PNG, with 1 or 3 channels.
    case image(height: Int, width: Int, channels: Int, png: [UInt8])
    case histogram(Histogram)
  }

  /// The name of the series: `epoch_loss`.
  package let tag: String
  package let step: Int
  package let value: Value

  package init(_ tag: String, step: Int, _ value: Value) {
    self.tag = tag
    self.step = step
    self.value = value
  }

  package func encode(to encoder: inout MessageEncoder) { encoder.add(1, TaggedValue(tag: tag, value: value)) }
}

private struct TaggedValue: ProtocolBufferMessage {
  let tag: String
  let value: Summary.Value

  func encode(to encoder: inout MessageEncoder) {
    // tag; simple_value, image or histo
    encoder.add(1, tag)
    switch value {
    case .number(let number): encoder.add(2, number)
    case .image(let height, let width, let channels, let png):
      encoder.add(4, Image(height: height, width: width, channels: channels, png: png))
    case .histogram(let histogram): encoder.add(5, histogram)
    }
  }
}

private struct Image: ProtocolBufferMessage {
  let height: Int
  let width: Int
  let channels: Int
  let png: [UInt8]

  func encode(to encoder: inout MessageEncoder) {
    // height, width, colorspace (the number of channels), encoded_image_string
    for (field, value) in zip(1..., [height, width, channels]) { encoder.add(field, Int64(value)) }
    encoder.add(4, png)
  }
}
