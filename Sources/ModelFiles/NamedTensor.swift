import HDF5Reading

/// A named tensor to be written to a file.
package struct NamedTensor: Sendable, Equatable {
  package var name: String
  /// Empty for a scalar.
  package var dimensions: [Int]
  /// In row-major order of `dimensions`.
  package var values: HDF5Values

  package init(_ name: String, _ dimensions: [Int], _ values: HDF5Values) {
    self.name = name
    self.dimensions = dimensions
    self.values = values
  }

  package init(_ name: String, _ dimensions: [Int], _ values: [Float]) { self.init(name, dimensions, .floats(values)) }

  /// The stored bytes: little-endian.
  var bytes: [UInt8] {
    switch values {
    case .floats(let values): Self.bytes(of: values.map(\.bitPattern.littleEndian))
    case .integers(let values): Self.bytes(of: values.map(\.littleEndian))
    }
  }

  private static func bytes(of values: [some BitwiseCopyable]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }
}
