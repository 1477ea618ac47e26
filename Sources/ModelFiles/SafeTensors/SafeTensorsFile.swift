import Configuration
import HDF5Reading

/// A writer of safetensors files: the length of a JSON header, the header with tensor descriptions and metadata, the
/// data.
///
/// Source: https://huggingface.co/docs/safetensors (the format's page). The types F32 and I64 are written.
struct SafeTensorsFile {
  private static let metadataKey = "__metadata__"

  var metadata: [(key: String, text: String)]
  var tensors: [NamedTensor]

  init(metadata: [(key: String, text: String)] = [], tensors: [NamedTensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  var bytes: [UInt8] {
    var entries: [ConfigurationEntry] = []
    if !metadata.isEmpty {
      let texts = metadata.map { ConfigurationEntry($0.key, ConfigurationNode(.string($0.text))) }
      entries.append(ConfigurationEntry(Self.metadataKey, ConfigurationNode(mapping: texts)))
    }
    var content: [UInt8] = []
    for tensor in tensors {
      let start = content.count
      content += tensor.bytes
      entries.append(ConfigurationEntry(tensor.name, Self.header(of: tensor, at: start..<content.count)))
    }
    var header = Array(ConfigurationNode(mapping: entries).json.utf8)
    // Spaces, so that the data starts at a multiple of 8.
    header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + content
  }

  private static func header(of tensor: NamedTensor, at range: Range<Int>) -> ConfigurationNode {
    func integers(_ values: [Int]) -> ConfigurationNode {
      ConfigurationNode(.sequence(values.map { ConfigurationNode(.integer($0)) }))
    }
    let type: ConfigurationNode =
      switch tensor.values {
      case .floats: "F32"
      case .integers: "I64"
      }
    return ConfigurationNode(mapping: [
      ConfigurationEntry("dtype", type), ConfigurationEntry("shape", integers(tensor.dimensions)),
      ConfigurationEntry("data_offsets", integers([range.lowerBound, range.upperBound])),
    ])
  }
}
