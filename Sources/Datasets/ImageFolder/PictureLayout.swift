import DurableFiles
import Images
import SystemResources
import Tensors

/// The inputs that pictures become.
struct PictureLayout: Equatable, Sendable {
  /// Bytes if no picture needs to be resized.
  let element: Field.Element
  let shape: Shape
  /// The number of pictures.
  let count: Int

  init(height: Int, width: Int, isResized: Bool, count: Int, _ preparation: ImagePreparation) {
    element = isResized ? .float32 : .uint8
    shape = [height, width, preparation.colorMode.channels]
    self.count = count
  }

  /// The pictures whose headers are looked at.
  private static let sampledFiles = 16

  /// The layout of the pictures in some files, as the headers of a few of them suggest; nil if they cannot be read.
  init?(expectedOf paths: [String], _ preparation: ImagePreparation) {
    let step = max(1, paths.count / Self.sampledFiles)
    let headers = stride(from: 0, to: paths.count, by: step).compactMap { index in
      (try? AtomicFile.read(paths[index])).flatMap { try? ImageDecoder.header(of: $0) }
    }
    guard let first = headers.first else { return nil }
    let (height, width) = preparation.size.map { ($0.height, $0.width) } ?? (first.height, first.width)
    let haveSize = headers.allSatisfy { $0.height == height && $0.width == width }
    guard haveSize || preparation.size != nil else { return nil }
    self.init(height: height, width: width, isResized: !haveSize, count: paths.count, preparation)
  }

  /// The size of an input in bytes.
  var sampleSize: Int { shape.count * (element == .uint8 ? 1 : MemoryLayout<Float>.size) }

  /// The size of all inputs in bytes; the largest integer if it is larger.
  var byteCount: Int {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: sampleSize)
    return overflow ? .max : bytes
  }

  var fitsInMemory: Bool { Memory.canHold(byteCount) }

  /// Where inputs are kept unless the configuration says so: in memory if that uses at most half of it.
  var standardCache: ImageCache { byteCount <= Memory.available / 2 && fitsInMemory ? .memory : .none }

  /// Writes a picture as an input.
  ///
  /// - Returns: false if the picture has another size than inputs that are not resized; nothing is written then.
  func write(_ image: DecodedImage, resizing: ImageResizing?, into input: UnsafeMutableRawPointer) -> Bool {
    if element == .float32, let resizing {
      resizing.resize(image, into: input.assumingMemoryBound(to: Float.self))
      return true
    }
    guard image.height == shape.dimensions[0], image.width == shape.dimensions[1], element == .uint8 else {
      return false
    }
    input.copyMemory(from: image.pixels, byteCount: image.pixels.count)
    return true
  }
}
