/// The type of an input or target of each sample in a data set.
public struct Field: Hashable, Sendable {
  /// The element type.
  public enum Element: Hashable, Sendable {
    /// Bytes, 0 to 255.
    case uint8
    case float32
    /// A class index, from 0.
    case label
  }

  /// (height, width, channels) of an image, (n) of a vector; (1) of a label.
  public let shape: Shape
  /// The element type.
  public let element: Element

  /// Creates a field.
  public init(shape: Shape, element: Element) {
    self.shape = shape
    self.element = element
  }

  /// A class per sample.
  public static let label = Field(shape: [1], element: .label)

  /// Whether it is an image of bytes: (height, width, channels).
  package var isByteImage: Bool { element == .uint8 && shape.dimensions.count == 3 }
}

extension Field: CustomStringConvertible {
  /// `bytes (28, 28, 1)`, `floats (13,)`, `labels`.
  public var description: String {
    switch element {
    case .uint8: "bytes \(shape)"
    case .float32: "floats \(shape)"
    case .label: "labels"
    }
  }
}
