import DurableFiles
import Images
import Tensors

/// A file with the check of its picture.
struct CheckedImage: Sendable {
  let path: String
  /// From before the check; nil if the file could not be examined.
  let stamp: FileStamp?
  let check: ImageCheck
}

/// Decodes the pictures of a part, each when it is needed.
struct ImageFileDecoder: InputDecoder {
  let files: [CheckedImage]
  let preparation: ImagePreparation
  let layout: PictureLayout

  var element: Field.Element { layout.element }
  var count: Int { files.count }

  /// - Throws: `FileError`, or `DatasetError.damaged` if the picture is not what was checked.
  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) throws {
    let file = files[sample]
    let image = try Self.image(file.path, preparation.colorMode)
    // The size too: file systems have clocks of milliseconds.
    let hasSize = image.height == file.check.height && image.width == file.check.width
    guard hasSize, FileStamp(path: file.path) == file.stamp || ImageCheck(image) == file.check else {
      throw DatasetError.damaged(path: file.path, reason: "changed after the run had checked it; start the run again")
    }
    let isWritten = layout.write(image, resizing: preparation.resizing, into: input)
    precondition(isWritten, "pictures that are not resized have one size")
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
