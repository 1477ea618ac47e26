import DurableFiles

/// Finds the files that belong together.
extension IDXSource {
  /// The pairs of IDX files in a directory, or the pair of a file of images and that of the other part.
  ///
  /// Files belong together if their names differ in `images` and `labels` (`idx3` and `idx1`), and in `train` and
  /// `t10k` or `test`, as those of MNIST.
  public static func source(at path: String) throws -> IDXSource? {
    guard AtomicFile.isDirectory(path) else {
      return isImages(path) ? try source(ofImages: [path], of: path) : nil
    }
    let images = try AtomicFile.names(in: path).sorted().map { "\(path.hasSuffix("/") ? path : "\(path)/")\($0)" }
      .filter { $0.contains("images") && isImages($0) }
    return images.isEmpty ? nil : try source(ofImages: images, of: path)
  }

  private static func source(ofImages images: [String], of path: String) throws -> IDXSource {
    let isFile = images == [path]
    let tests = images.filter(isTest)
    let trains = images.filter { !isTest($0) }
    guard tests.count <= 1, trains.count <= 1 else {
      throw DatasetError.unknownData(
        path: path,
        reason: "has \(images.count) files of images (\(images.map(name).joined(separator: ", "))). Name one")
    }
    let train =
      trains.first ?? (isFile ? tests.first.flatMap { partner(of: $0, testNames.map { ($0, "train") }) } : nil)
    let test = tests.first ?? (isFile ? trains.first.flatMap { partner(of: $0, testNames.map { ("train", $0) }) } : nil)
    return IDXSource(
      trainImages: train, trainLabels: train.flatMap(labels), testImages: test, testLabels: test.flatMap(labels))
  }

  private static let testNames = ["t10k", "test"]

  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private static func isTest(_ path: String) -> Bool { testNames.contains { name(path).contains($0) } }

  /// Whether a file is an IDX file of images, by its first bytes; compressed ones by their name.
  private static func isImages(_ path: String) -> Bool {
    guard let start = AtomicFile.start(of: path, count: 4) else { return false }
    if GzipReader.isGzip(start) { return name(path).contains("images") }
    return IDXMagic(start).map { IDXContent.images.dimensions.contains($0.dimensions) } ?? false
  }

  /// The file of labels beside a file of images; nil if there is none.
  private static func labels(_ images: String) -> String? {
    partner(of: images, [("images", "labels")]) { $0.replacing("idx3", with: "idx1").replacing("idx4", with: "idx1") }
  }

  /// The first file beside another whose name has a word replaced, compressed or not.
  private static func partner(
    of path: String, _ replacements: [(String, String)], _ change: (String) -> String = { $0 }
  ) -> String? {
    let directory = path.dropLast(name(path).count)
    for (word, other) in replacements where name(path).contains(word) {
      let changed = change(name(path).replacing(word, with: other))
      let stem = changed.hasSuffix(".gz") ? String(changed.dropLast(3)) : changed
      if let found = [stem, "\(stem).gz"].map({ directory + $0 }).first(where: AtomicFile.isFile) { return found }
    }
    return nil
  }
}
