import Configuration
import HDF5

/// Tensors and texts in the format safetensors: the length of a JSON header, the header, the numbers.
///
/// Source: https://huggingface.co/docs/safetensors (the format's page). Of its types it has F32 and I64.
struct SafeTensorsFile: Equatable {
  /// The longest header that the format's own reader takes.
  private static let longestHeader = 100_000_000
  private static let metadataKey = "__metadata__"

  var metadata: [(key: String, text: String)]
  var tensors: [NamedTensor]

  init(metadata: [(key: String, text: String)] = [], tensors: [NamedTensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  static func == (left: Self, right: Self) -> Bool {
    left.tensors == right.tensors && left.metadata.elementsEqual(right.metadata) { $0 == $1 }
  }

  // MARK: - Writing

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
    // Spaces, so that the numbers start at a multiple of 8.
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

  // MARK: - Reading

  /// - Parameter path: what messages call it.
  /// - Throws: `ModelFileError` or `ConfigurationError`; no size in the file makes it allocate more than the file holds.
  init(_ bytes: [UInt8], path: String) throws {
    func malformed(_ reason: String) -> ModelFileError { ModelFileError(file: path, .malformed(reason: reason)) }
    guard bytes.count >= 8 else { throw malformed("it ends too early") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= Self.longestHeader, 8 + Int(length) <= bytes.count else {
      throw malformed("its header is said to have \(length) bytes")
    }
    let content = bytes[(8 + Int(length))...]
    guard case .mapping(let entries) = try JSONDocument.parse(bytes[8..<8 + Int(length)]).value else {
      throw malformed("its header is no mapping")
    }
    metadata = []
    tensors = []
    for entry in entries {
      if entry.key == Self.metadataKey, case .mapping(let texts) = entry.node.value {
        metadata = texts.compactMap { text in
          if case .string(let value) = text.node.value { (key: text.key, text: value) } else { nil }
        }
      } else if let tensor = Self.tensor(entry, in: content) {
        tensors.append(tensor)
      } else {
        throw malformed("the tensor '\(entry.key)' is not as its header says")
      }
    }
  }

  private static func tensor(_ entry: ConfigurationEntry, in content: ArraySlice<UInt8>) -> NamedTensor? {
    guard let dimensions = integers(entry.node["shape"]), let offsets = integers(entry.node["data_offsets"]),
      offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= content.count,
      dimensions.allSatisfy({ $0 >= 0 })
    else { return nil }
    let bytes = content.dropFirst(offsets[0]).prefix(offsets[1] - offsets[0])
    let size = entry.node["dtype"] == "F32" ? 4 : 8
    var count = 1
    for dimension in dimensions {
      let product = count.multipliedReportingOverflow(by: dimension)
      guard !product.overflow, product.partialValue <= bytes.count else { return nil }
      count = product.partialValue
    }
    guard bytes.count == count * size else { return nil }
    switch entry.node["dtype"] {
    case "F32":
      let values = numbers(bytes, of: UInt32.self).map { Float(bitPattern: $0) }
      return NamedTensor(entry.key, dimensions, values)
    case "I64":
      return NamedTensor(entry.key, dimensions, .integers(numbers(bytes, of: Int64.self)))
    default:
      return nil
    }
  }

  private static func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: ArraySlice<UInt8>, of type: Number.Type
  ) -> [Number] {
    bytes.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: MemoryLayout<Number>.size).map {
        Number(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: type))
      }
    }
  }

  private static func integers(_ node: ConfigurationNode?) -> [Int]? {
    guard case .sequence(let elements) = node?.value else { return nil }
    let integers = elements.compactMap { if case .integer(let value) = $0.value { value } else { nil } }
    return integers.count == elements.count ? integers : nil
  }
}
