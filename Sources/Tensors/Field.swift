/// What each sample of a data set has: an input, or a target.
public struct Field: Hashable, Sendable {
  /// The type of its numbers.
  public enum Element: Hashable, Sendable {
    /// Bytes, 0 to 255.
    case uint8
    case float32
    /// One class, from 0.
    case label
  }

  /// (height, width, channels) of an image, (n) of a vector; (1) of a label.
  public let shape: Shape
  public let element: Element

  public init(shape: Shape, element: Element) {
    self.shape = shape
    self.element = element
  }

  /// A class for each sample.
  public static let label = Field(shape: [1], element: .label)

  /// Whether it is a picture as files have it: bytes in rows, columns and channels.
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
