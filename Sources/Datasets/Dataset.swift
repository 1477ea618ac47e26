import Crypto

/// The size of an image: what one sample is made of.
public struct ImageShape: Sendable, Equatable, Hashable {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// The bytes of one image.
  public var count: Int { height * width * channels }
}

extension ImageShape: CustomStringConvertible {
  /// `28x28x1`.
  public var description: String { "\(height)x\(width)x\(channels)" }
}

/// Images with a label each. The pixels stay bytes; whoever computes with them scales them.
public struct Dataset: Sendable {
  /// What messages call it: `mnist (train)`.
  public let name: String
  public let shape: ImageShape
  /// (count, height, width, channels), 0 to 255.
  public let images: [UInt8]
  /// (count), from 0.
  public let labels: [Int32]
  /// The SHA-256 of shape, images and labels, in hexadecimal: two data sets with the same one are the same.
  public let fingerprint: String

  /// - Throws: `DatasetError` if it holds no samples, or the numbers of images and labels differ.
  public init(name: String, shape: ImageShape, images: [UInt8], labels: [Int32]) throws {
    precondition(shape.count > 0 && images.count % shape.count == 0, "\(images.count) bytes are no images of \(shape)")
    guard !labels.isEmpty, !images.isEmpty else { throw DatasetError.noSamples(name: name) }
    guard images.count / shape.count == labels.count else {
      throw DatasetError.countMismatch(name: name, images: images.count / shape.count, labels: labels.count)
    }
    self.name = name
    self.shape = shape
    self.images = images
    self.labels = labels
    fingerprint = Self.fingerprint(shape, images, labels)
  }

  /// The number of samples.
  public var count: Int { labels.count }

  /// The pixels (height, width, channels) of one sample.
  public func image(_ index: Int) -> ArraySlice<UInt8> {
    images[index * shape.count..<(index + 1) * shape.count]
  }

  private static func fingerprint(_ shape: ImageShape, _ images: [UInt8], _ labels: [Int32]) -> String {
    var hash = SHA256()
    for size in [labels.count, shape.height, shape.width, shape.channels] {
      withUnsafeBytes(of: UInt64(size).littleEndian) { hash.update(bufferPointer: $0) }
    }
    images.withUnsafeBytes { hash.update(bufferPointer: $0) }
    labels.map(\.littleEndian).withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().hexadecimal
  }
}

extension Sequence where Element == UInt8 {
  /// Two digits a byte.
  public var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// What a run learns from, and what it is judged by.
public struct DatasetSplits: Sendable {
  public let train: Dataset
  public let test: Dataset

  /// - Throws: `DatasetError.splitShapes` if the images of the two differ in size.
  public init(train: Dataset, test: Dataset) throws {
    guard train.shape == test.shape else {
      throw DatasetError.splitShapes(train: train.shape, test: test.shape)
    }
    self.train = train
    self.test = test
  }
}
