/// Images to ask a model about, or to look at: their labels may not be known.
public struct ImageSet: Sendable {
  /// What messages call it: `mnist (test)`.
  public let name: String
  public let shape: ImageShape
  /// (count, height, width, channels), 0 to 255.
  public let images: [UInt8]
  /// (count), from 0; nil if there are none.
  public let labels: [Int32]?

  /// - Throws: `DatasetError` if it holds no samples, or the numbers of images and labels differ.
  public init(name: String, shape: ImageShape, images: [UInt8], labels: [Int32]?) throws {
    precondition(shape.count > 0 && images.count % shape.count == 0, "\(images.count) bytes are no images of \(shape)")
    guard !images.isEmpty else { throw DatasetError.noSamples(name: name) }
    guard labels == nil || labels?.count == images.count / shape.count else {
      throw DatasetError.countMismatch(name: name, images: images.count / shape.count, labels: labels?.count ?? 0)
    }
    self.name = name
    self.shape = shape
    self.images = images
    self.labels = labels
  }

  /// The images of a data set, with its labels.
  public init(_ dataset: Dataset) {
    name = dataset.name
    shape = dataset.shape
    images = dataset.images
    labels = dataset.labels
  }

  /// The number of samples.
  public var count: Int { images.count / shape.count }

  /// The pixels (height, width, channels) of one sample.
  public func image(_ index: Int) -> ArraySlice<UInt8> {
    images[index * shape.count..<(index + 1) * shape.count]
  }
}
