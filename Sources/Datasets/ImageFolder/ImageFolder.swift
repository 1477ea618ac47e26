import DurableFiles

/// The files of a folder of images: their classes, and the files of each part.
struct ImageFolder {
  /// A picture's file.
  struct File: Equatable, Sendable {
    let path: String
    let label: Int32
    var weight: Float = 1
    /// Its line in a list, from 1; nil in a folder.
    var line: Int?
  }

  /// In the order of the labels; empty without labels.
  private(set) var classNames: [String]
  /// The files of each part, in byte order of their paths, or in that of their list.
  private(set) var files: [DatasetSplit: [File]]
  /// Whether a list has weights.
  private(set) var hasWeights = false
  /// The list of each part; empty for folders.
  private(set) var lists: [DatasetSplit: String] = [:]
  /// The folder or list, for messages.
  let place: String

  // MARK: - Folders

  /// Finds the pictures in a folder.
  ///
  /// - Throws: `DatasetError` if there are none, or the folders do not suit; `FileError` if one cannot be read.
  init(directory: String) throws {
    place = directory
    let folders = try Directory.entries(directory).filter(\.isDirectory).map(\.name)
    let partNames = DatasetSplit.allCases.flatMap(\.folderNames)
    guard folders.contains(DatasetSplit.train.rawValue), folders.allSatisfy(partNames.contains) else {
      try Self.checkClasses(folders, partNames: partNames, directory)
      let tree = try ImageTree(directory)
      classNames = try tree.classNames()
      files = [.train: tree.files(of: classNames)]
      return
    }
    let training = try ImageTree("\(directory)/\(DatasetSplit.train.rawValue)")
    classNames = try training.classNames()
    files = [.train: training.files(of: classNames)]
    for part in DatasetSplit.allCases where part != .train {
      let names = part.folderNames.filter(folders.contains)
      guard let name = names.first else { continue }
      guard names.count == 1 else {
        throw DatasetError.damaged(
          path: directory, reason: "has the folders \(names.joined(separator: " and ")); keep one of them")
      }
      let tree = try ImageTree("\(directory)/\(name)")
      if let unknown = tree.classes.map(\.name).first(where: { !classNames.contains($0) }) {
        throw DatasetError.damaged(
          path: "\(directory)/\(name)/\(unknown)",
          reason: "is not among the classes of the training data (\(Self.list(classNames)))")
      }
      try tree.checkNotEmpty()
      files[part] = tree.files(of: classNames)
    }
  }

  /// - Throws: `DatasetError` if folders look like parts, which would become classes.
  private static func checkClasses(_ folders: [String], partNames: [String], _ directory: String) throws {
    // A class may be named train, beside bus and ship.
    let evaluating = ["test", "testing", "val", "valid", "validation"]
    guard let part = folders.first(where: { ["train", "training"].contains($0.lowercased()) }),
      folders.contains(where: { evaluating.contains($0.lowercased()) })
    else { return }
    let others = folders.filter { $0 != part }
    throw DatasetError.damaged(
      path: directory,
      reason: "has the folder '\(part)' beside \(list(others)): parts are named \(list(partNames)), with no other "
        + "folder beside them")
  }

  // MARK: - Lists

  /// Reads lists of files.
  ///
  /// - Throws: `DatasetError` or `FileError`.
  init(lists: [DatasetSplit: String], directory: String?) throws {
    place = lists[.train] ?? ""
    self.lists = lists
    let tables = try lists.mapValues { try ImageList(path: $0, directory: directory) }
    for part in DatasetSplit.allCases { try tables[part]?.checkLabels() }
    let names = Set(tables[.train]?.rows.map(\.label) ?? [])
    // Numbers in the order of their values, names in byte order.
    let numbers = Set(names.compactMap { Int($0) }.filter { $0 >= 0 })
    let areNumbers = names.allSatisfy { Int($0).map { $0 >= 0 } ?? false }
    classNames =
      areNumbers
      ? numbers.sorted().map(String.init) : names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if areNumbers, let largest = numbers.max(), largest < 1 << 20 {
      classNames = (0...largest).map(String.init)
    }
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
    hasWeights = tables.values.contains { $0.hasWeights }
    files = try tables.mapValues { table in
      try table.rows.map { row in
        guard let label = labels[row.label] ?? Int(row.label).flatMap({ labels["\($0)"] }) else {
          throw DatasetError.damaged(
            path: table.path,
            reason: "line \(row.line): the label '\(row.label)' is not among those of the training data")
        }
        return File(path: row.path, label: label, weight: row.weight, line: row.line)
      }
    }
  }

  static func list(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
  }
}
