import Configuration
import DurableFiles
import Images

extension ImageFolderSource {
  /// The number of pictures whose sizes are looked at.
  private static let sampledFiles = 200
  /// The largest height or width to which pictures of several sizes are brought.
  private static let largestSide = 128

  /// A folder with pictures in folders, or a list of files (.csv).
  ///
  /// Pictures that differ in size, or are larger than networks on a few cores can train on, are resized.
  ///
  /// - Throws: `DatasetError` or `FileError` if the folder or the list does not suit.
  public static func source(at path: String) throws -> ImageFolderSource? {
    let isList = AtomicFile.isFile(path) && path.lowercased().hasSuffix(".csv")
    let isFolder = try AtomicFile.isDirectory(path) && holdsPictures(path, depth: 3)
    guard isList || isFolder else { return nil }
    var source = ImageFolderSource(directory: path)
    if isList { (source.directory, source.lists) = (nil, [.train: path]) }
    let folder = try isList ? ImageFolder(lists: source.lists, directory: nil) : ImageFolder(directory: path)
    let files = folder.files[.train] ?? []
    let step = max(1, files.count / sampledFiles)
    let headers = stride(from: 0, to: files.count, by: step).compactMap { index in
      // Files that cannot be read are reported all together when the data is loaded.
      (try? AtomicFile.read(files[index].path)).flatMap { try? ImageDecoder.header(of: $0) }
    }
    source.preparation = ImagePreparation(
      size: size(headers), colorMode: headers.allSatisfy { $0.channels <= 2 } && !headers.isEmpty ? .grayscale : .rgb)
    return source
  }

  private static func holdsPictures(_ path: String, depth: Int) throws -> Bool {
    let entries = try Directory.entries(path)
    if entries.contains(where: { !$0.isDirectory && ImageTree.isPicture($0.name) }) { return true }
    guard depth > 0 else { return false }
    return try entries.contains { try $0.isDirectory && holdsPictures("\(path)/\($0.name)", depth: depth - 1) }
  }

  /// The size to resize to; nil if all pictures have the same, small one.
  private static func size(_ headers: [ImageHeader]) -> HeightWidth? {
    guard let first = headers.first else { return nil }
    let haveOneSize = headers.allSatisfy { $0.height == first.height && $0.width == first.width }
    let heights = headers.map(\.height).sorted()
    let widths = headers.map(\.width).sorted()
    let (height, width) = (heights[heights.count / 2], widths[widths.count / 2])
    let largest = max(height, width)
    if haveOneSize, largest <= largestSide { return nil }
    let factor = min(1, Double(largestSide) / Double(largest))
    func side(_ size: Int) -> Int {
      let scaled = Double(size) * factor
      // A multiple of 8, which three poolings halve without a rest.
      return scaled < 16 ? max(1, Int(scaled)) : Int((scaled / 8).rounded()) * 8
    }
    return HeightWidth(side(height), side(width))
  }
}
