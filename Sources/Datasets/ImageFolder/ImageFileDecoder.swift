import DurableFiles
import Images
import Tensors

/// Decodes the pictures of a part, each when it is needed.
struct ImageFileDecoder: InputDecoder {
  let paths: [String]
  let preparation: ImagePreparation
  /// Bytes if no picture needs to be resized.
  let element: Field.Element
  let shape: Shape

  var count: Int { paths.count }

  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) throws {
    let image = try Self.image(paths[sample], preparation.colorMode)
    let place = shape.image
    switch element {
    case .float32:
      guard let resizing = preparation.resizing else { preconditionFailure("pictures of one size are bytes") }
      resizing.resize(image, into: input.assumingMemoryBound(to: Float.self))
    default:
      guard place?.height == image.height, place?.width == image.width else {
        throw DatasetError.damaged(
          path: paths[sample], reason: "was \(shape) when the run began and is \(image.height)x\(image.width) now")
      }
      input.copyMemory(from: image.pixels, byteCount: image.pixels.count)
    }
  }

  /// Reads and decodes a file.
  ///
  /// - Throws: `FileError`, or `DatasetError.damaged`.
  static func image(_ path: String, _ mode: ColorMode) throws -> DecodedImage {
    let bytes = try AtomicFile.read(path)
    do throws(ImageError) { return try ImageDecoder.decode(bytes, mode) } catch {
      throw DatasetError.damaged(
        path: path, reason: error.reason.hasSuffix(".") ? String(error.reason.dropLast()) : error.reason)
    }
  }
}
