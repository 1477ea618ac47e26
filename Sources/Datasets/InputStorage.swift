import DurableFiles
import Tensors

/// The inputs of all samples that a data set is a part of, wherever they are.
package enum InputStorage: Sendable {
  case bytes([UInt8])
  case floats([Float])
  case mapped(MappedInputs)
  /// Decoded sample by sample, as images in files.
  case decoded(any InputDecoder)

  package var element: Field.Element {
    switch self {
    case .bytes: .uint8
    case .floats: .float32
    case .mapped(let inputs): inputs.element
    case .decoded(let decoder): decoder.element
    }
  }
}

/// Inputs in a mapped file: samples in row-major order, one after the other, as bytes or 32-bit little-endian floats.
package struct MappedInputs: Sendable {
  package let file: MappedFile
  /// The offset of the first sample in bytes.
  package let offset: Int
  package let element: Field.Element
  /// The examined contents, if they are large enough to be remembered.
  package let content: MappedContent?

  package init(file: MappedFile, offset: Int, element: Field.Element, content: MappedContent? = nil) {
    self.file = file
    self.offset = offset
    self.element = element
    self.content = content
  }

  /// The size of an element in bytes.
  package var elementSize: Int { element == .uint8 ? 1 : MemoryLayout<Float>.size }

  /// The address of the first sample; floats may be unaligned.
  package var start: UnsafeRawPointer {
    guard let start = file.bytes.baseAddress else { preconditionFailure("\(file.path) is empty") }
    return start + offset
  }
}

/// Decodes the inputs of samples that are not in memory.
package protocol InputDecoder: Sendable {
  /// The type of a decoded value.
  var element: Field.Element { get }
  /// The number of samples.
  var count: Int { get }

  /// Decodes the input of a sample. Called by several threads at once.
  ///
  /// - Parameter input: (shape…), overwritten with values of the type `element`.
  /// - Throws: `DatasetError` or `FileError`, naming the file.
  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) throws
}
