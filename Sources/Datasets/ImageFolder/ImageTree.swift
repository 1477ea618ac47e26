import DurableFiles

/// A folder with a folder per class.
struct ImageTree {
  let path: String
  /// The classes and the paths of their files, in byte order.
  private(set) var classes: [(name: String, files: [String])] = []
  /// Pictures beside the folders of the classes.
  private let strays: [String]

  /// The suffixes of pictures, in lower case: those that are read, and those whose files are refused by name.
  private static let suffixes = [
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".avif",
  ]

  /// - Throws: `FileError` if a folder cannot be read.
  init(_ path: String) throws {
    self.path = path
    let entries = try Directory.entries(path)
    strays = entries.filter { !$0.isDirectory && Self.isPicture($0.name) }.map(\.name)
    for entry in entries where entry.isDirectory {
      var (files, seen) = ([String](), Set([entry.identity] + (Directory.identity(path).map { [$0] } ?? [])))
      try Self.collect("\(path)/\(entry.name)", seen: &seen, into: &files)
      classes.append((entry.name, files))
    }
  }

  /// Adds the pictures in a folder and those below it. A folder that links lead to again is entered once.
  private static func collect(_ path: String, seen: inout Set<[UInt64]>, into files: inout [String]) throws {
    for entry in try Directory.entries(path) {
      let place = "\(path)/\(entry.name)"
      if entry.isDirectory {
        guard seen.insert(entry.identity).inserted else { continue }
        try collect(place, seen: &seen, into: &files)
      } else if isPicture(entry.name) {
        files.append(place)
      }
    }
  }

  /// The paths of all pictures in a folder and those below it.
  ///
  /// - Throws: `FileError` if a folder cannot be read.
  static func pictures(in path: String) throws -> [String] {
    var files: [String] = []
    var seen = Set(Directory.identity(path).map { [$0] } ?? [])
    try collect(path, seen: &seen, into: &files)
    return files
  }

  static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return suffixes.contains { name.hasSuffix($0) }
  }

  /// The names of the classes.
  ///
  /// - Throws: `DatasetError` if there are none, one has no pictures, or two differ only in case or normalization.
  func classNames() throws -> [String] {
    guard !classes.isEmpty else {
      let reason =
        strays.isEmpty
        ? "has no folders with pictures; a folder per class is needed"
        : "has pictures (\(strays[0])) but no folders; put those of each class into a folder of its own"
      throw DatasetError.damaged(path: path, reason: reason)
    }
    if let empty = classes.first(where: \.files.isEmpty) {
      throw DatasetError.damaged(
        path: "\(path)/\(empty.name)",
        reason: "has no pictures (.png, .jpg, .jpeg); remove the folder, or put the pictures of the class into it")
    }
    var names = ClassNames(ignoresCase: true)
    for (name, _) in classes {
      if let clash = names.insert(name) {
        throw DatasetError.damaged(path: path, reason: "has the classes \(clash); rename or merge them")
      }
    }
    return classes.map(\.name)
  }

  /// - Throws: `DatasetError` if there are no pictures.
  func checkNotEmpty() throws {
    guard classes.allSatisfy(\.files.isEmpty) else { return }
    throw DatasetError.damaged(
      path: path, reason: "has no pictures in folders of classes; remove it, or put pictures into it")
  }

  func files(of classNames: [String]) -> [ImageFolder.File] {
    classes.flatMap { name, files in
      let label = Int32(classNames.firstIndex(of: name) ?? 0)
      return files.map { ImageFolder.File(path: $0, label: label) }
    }
  }
}
