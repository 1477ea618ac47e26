import DurableFiles
import Images
import Tensors

/// Pictures to predict: files and folders named by hand.
package struct PictureInputs: Sendable {
  /// The files, in the order in which they were named, and in byte order within a folder.
  package let paths: [String]
  /// The samples. They have labels if all files are in folders with the names of classes.
  package let data: Dataset

  /// Decodes pictures.
  ///
  /// - Parameters:
  ///   - inputs: paths of files and of folders, of which all pictures are taken.
  ///   - preparation: with a size.
  ///   - classNames: of the model; nil if unknown.
  /// - Throws: `FileError`, or `DatasetError` naming all pictures that cannot be read, or a folder without any.
  package init(
    _ inputs: [String], preparation: ImagePreparation, classNames: [String]?, _ context: DatasetContext
  ) throws {
    var files: [ImageFolder.File] = []
    for input in inputs {
      guard AtomicFile.isDirectory(input) else {
        files.append(ImageFolder.File(path: input, label: Self.label(of: input, classNames)))
        continue
      }
      let found = try ImageTree.pictures(in: input)
      guard !found.isEmpty else {
        throw DatasetError.damaged(path: input, reason: "has no pictures (.png, .jpg, .jpeg)")
      }
      files += found.map { ImageFolder.File(path: $0, label: Self.label(of: $0, classNames)) }
    }
    paths = files.map(\.path)
    let isLabeled = files.allSatisfy { $0.label >= 0 }
    data = try ImageFolderLoader(preparation: preparation, context).load(
      PictureFiles(
        files: files, name: "pictures", place: "pictures", classNames: classNames, hasLabels: isLabeled))
  }

  /// Whether a path is a folder, or named as a picture.
  package static func accepts(_ path: String) -> Bool {
    AtomicFile.isDirectory(path) || ImageTree.isPicture(path)
  }

  /// The class of the folder that a file is in; -1 if it is none.
  private static func label(of path: String, _ classNames: [String]?) -> Int32 {
    let folder = path.split(separator: "/").dropLast().last.map(String.init)
    return folder.flatMap { classNames?.firstIndex(of: $0) }.map { Int32($0) } ?? -1
  }
}
