import Configuration
import Foundation
import Images
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite("Folders of images")
struct ImageFolderTests {
  private static let context = DatasetContext(environment: [:])

  /// Writes a gray or RGB picture of one value, with its first value changed to `first`.
  private static func write(
    _ path: String, in directory: TemporaryDirectory, height: Int = 4, width: Int = 5, channels: Int = 3,
    value: UInt8 = 7, first: UInt8 = 0
  ) throws {
    var pixels = [UInt8](repeating: value, count: height * width * channels)
    pixels[0] = first
    let place = "\(directory.path)/\(path)"
    try FileManager.default.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let image = PNGImage(height: height, width: width, channels: channels, pixels: pixels)
    try Data(image.encoded).write(to: URL(fileURLWithPath: place))
  }

  private static func source(_ yaml: [ConfigurationEntry]) throws -> ImageFolderSource {
    let node = ConfigurationNode(mapping: yaml)
    return try ImageFolderSource(
      options: ConfigurationReader(node, path: "data", keys: ImageFolderSource.optionKeys))
  }

  private static func parts(_ directory: TemporaryDirectory, _ options: (String, ConfigurationNode)...) throws
    -> DatasetParts
  {
    let entries = options.map { ConfigurationEntry($0.0, $0.1) }
    let place = ConfigurationEntry("directory", ConfigurationNode(.string(directory.path)))
    return try source([place] + entries).loadParts(context)
  }

  private static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  // MARK: - Classes and parts

  @Test("have a class per folder, in byte order of the names, and pictures in byte order of their paths")
  func classes() throws {
    let directory = try TemporaryDirectory()
    try Self.write("b/2.png", in: directory, first: 1)
    try Self.write("b/10.png", in: directory, first: 2)
    try Self.write("Zebra/deep/x.PNG", in: directory, first: 3)
    try Self.write("Zebra/.hidden.png", in: directory, first: 9)
    try Data("notes".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/b/notes.txt"))
    let data = try Self.parts(directory).train
    #expect(data.classNames == ["Zebra", "b"] && data.labels == [0, 1, 1])
    #expect(data.shape == [4, 5, 3] && data.input.element == .uint8 && data.name == "image_folder (train)")
    #expect(try (0..<3).map { try data.input($0)[0] } == [3, 2, 1])
    #expect(try data.input(0)[1...] == [Float](repeating: 7, count: 59)[...])
  }

  @Test("have parts in the folders train, val and test", arguments: ["val", "validation", "valid"])
  func parts(validation: String) throws {
    let directory = try TemporaryDirectory()
    for part in ["train", validation, "test"] {
      for name in ["cat", "dog"] { try Self.write("\(part)/\(name)/1.png", in: directory) }
    }
    try Self.write("train/dog/2.png", in: directory)
    let parts = try Self.parts(directory)
    #expect(parts.train.labels == [0, 1, 1] && parts.validation?.labels == [0, 1] && parts.test?.labels == [0, 1])
    #expect(parts.validation?.classNames == ["cat", "dog"])
  }

  @Test("with other folders beside train are folders of classes")
  func classNamedTrain() throws {
    let directory = try TemporaryDirectory()
    for name in ["bus", "train"] { try Self.write("\(name)/1.png", in: directory) }
    #expect(try Self.parts(directory).train.classNames == ["bus", "train"])
  }

  @Test("may be lists of files, with weights")
  func lists() throws {
    let directory = try TemporaryDirectory()
    for (index, name) in ["a", "b", "c, d"].enumerated() {
      try Self.write("pictures/\(name).png", in: directory, first: UInt8(index))
    }
    let text =
      "path,label,weight\r\npictures/b.png,dog,2\r\n\"pictures/c, d.png\",\"cat\",0.5\n\npictures/a.png , dog , 1\n"
    let list = "\(directory.path)/list.csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: list))
    let data = try Self.source([ConfigurationEntry("files", ConfigurationNode(.string(list)))])
      .loadParts(Self.context).train
    #expect(data.classNames == ["cat", "dog"] && data.labels == [1, 0, 1] && data.sampleWeights == [2, 0.5, 1])
    #expect(try (0..<3).map { try data.input($0)[0] } == [1, 2, 0])
  }

  /// Lists of the pictures a.png and b.png, whose classes are those of Python's csv module.
  static let listTexts: [(text: String, classes: [String], labels: [Int32])] = [
    ("a.png,5\" disk\nb.png,6\" disk\na.png,5\" disk\nb.png,cat\n", ["5\" disk", "6\" disk", "cat"], [0, 1, 0, 2]),
    ("a.png,5\" disk\nb.png,cat\n", ["5\" disk", "cat"], [0, 1]),
    ("a.png, \"cat\"\nb.png,\"cat\" \n \"b.png\"\t,cat", ["cat"], [0, 0, 0]),
    ("a.png, \"cat, small\"\nb.png,\"cat, small\"\r\n", ["cat, small"], [0, 0]),
    ("a.png,\" cat\"\nb.png,\"say \"\"cat\"\"\"\n", [" cat", "say \"cat\""], [0, 1]),
    ("\npath,label\na.png,cat\nb.png,dog\n", ["cat", "dog"], [0, 1]),
    ("\"\"\n\"Path\",label\na.png,cat\nb.png,dog\n", ["cat", "dog"], [0, 1]),
    ("path,label\ra.png,cat\rb.png,dog\n", ["cat", "dog"], [0, 1]),
    ("path,label\ra.png,cat\r\rb.png,dog", ["cat", "dog"], [0, 1]),
    ("path,label\r\na.png,cat\r\nb.png,\"dog\"\r\n", ["cat", "dog"], [0, 1]),
  ]

  @Test("may be lists with quotes, blanks and every line break", arguments: listTexts.indices)
  func quotes(index: Int) throws {
    let directory = try TemporaryDirectory()
    for name in ["a.png", "b.png"] { try Self.write(name, in: directory) }
    let (text, classes, labels) = Self.listTexts[index]
    let list = try directory.write(text, to: "list.csv")
    let data = try Self.source([ConfigurationEntry("files", ConfigurationNode(.string(list)))])
      .loadParts(Self.context).train
    #expect(data.classNames == classes && data.labels == labels)
  }

  @Test(
    "may be lists, refused where a quote is misplaced",
    arguments: [
      ("a.png,cat\n\"a.png\"x,cat\n", "line 2: has text after a quoted field;"),
      ("a.png,cat\n\"a.png\" \"x\",cat\n", "line 2: has text after a quoted field;"),
      ("\n\na.png,\"cat\na.png,dog\n", "line 3: a quote is not closed"),
      ("a.png,\"cat\na.png,dog\"\n", "line 1: has a line break in a quoted field;"),
      ("a.png,cat\n\"a\r\n.png\",dog\n\"", "line 4: a quote is not closed"),
      ("a.png,cat\n\n\"a\r.png\",dog\n", "line 3: has a line break in a quoted field;"),
    ])
  func misplacedQuotes(text: String, message: String) throws {
    let directory = try TemporaryDirectory()
    try Self.write("a.png", in: directory)
    let list = try directory.write(text, to: "list.csv")
    let source = try Self.source([ConfigurationEntry("files", ConfigurationNode(.string(list)))])
    let found = Self.message { _ = try source.loadParts(Self.context) }.replacing(directory.path, with: "D")
    #expect(found.hasPrefix("D/list.csv: \(message)"), "\(found)")
  }

  @Test(
    "are refused if a folder looks like a part beside folders that are none",
    arguments: [["train", "test", "extra"], ["Train", "Test"], ["training", "testing"]])
  func mixed(folders: [String]) throws {
    let directory = try TemporaryDirectory()
    for folder in folders { try Self.write("\(folder)/a/1.png", in: directory) }
    let text = Self.message { _ = try Self.parts(directory) }
    #expect(text.contains("has the folder '\(folders[0])' beside "), "\(text)")
  }

  /// Each of some folders has links to all others.
  @Test("have each picture once, however links lead to it")
  func links() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<12 { try Self.write("a/\(index)/x.png", in: directory, first: UInt8(index)) }
    try Self.write("b/x.png", in: directory)
    for from in 0..<12 {
      for to in 0..<12 where from != to {
        try FileManager.default.createSymbolicLink(
          atPath: "\(directory.path)/a/\(from)/to\(to)", withDestinationPath: "\(directory.path)/a/\(to)")
      }
    }
    try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/b/all", withDestinationPath: directory.path)
    #expect(try Self.parts(directory).train.labels == [Int32](repeating: 0, count: 12) + [1])
  }

  @Test(
    "may have labels that are one number in several spellings", arguments: [["2000000", "02000000"], ["3", "+3"]])
  func spellings(labels: [String]) throws {
    let directory = try TemporaryDirectory()
    try Self.write("x.png", in: directory)
    let list = try directory.write("Filename,label\r" + labels.map { "x.png,\($0)\r" }.joined(), to: "list.csv")
    let data = try Self.source([ConfigurationEntry("files", ConfigurationNode(.string(list)))]).loadParts(Self.context)
      .train
    #expect(data.count == 2 && data.labels?[0] == data.labels?[1])
    #expect(data.className(Int(data.labels?[0] ?? -1)) == labels[0])
  }

  // MARK: - Contents

  @Test(
    "have the same samples and the same fingerprint wherever decoded pictures are kept", arguments: [nil, 3] as [Int?])
  func caches(size: Int?) throws {
    let directory = try TemporaryDirectory()
    for index in 0..<20 {
      try Self.write("\(index % 2)/\(index).png", in: directory, value: UInt8(index), first: UInt8(200 - index))
    }
    let sizes = size.map { [("image_size", ConfigurationNode(.integer($0)))] } ?? []
    func load(_ cache: String) throws -> Dataset {
      let entries = ([("cache", ConfigurationNode(.string(cache)))] + sizes).map { ConfigurationEntry($0.0, $0.1) }
      let place = ConfigurationEntry("directory", ConfigurationNode(.string(directory.path)))
      var context = Self.context
      context.environment["XDG_CACHE_HOME"] = "\(directory.path)/.cache"
      return try Self.source([place] + entries).loadParts(context).train
    }
    let all = try ["memory", "disk", "none"].map(load)
    for data in all {
      #expect(data.fingerprint == all[0].fingerprint && data.shape == all[0].shape)
      #expect(data.prefix(7).fingerprint == all[0].prefix(7).fingerprint)
      for index in 0..<20 { #expect(try data.input(index) == all[0].input(index)) }
    }
    #expect(all[0].fingerprint != all[0].prefix(7).fingerprint)
  }

  /// The headers of every third picture are looked at.
  @Test(
    "are decoded once on the first start, and again only if a few headers let expect another layout",
    arguments: ["memory", "disk"], [nil, 3] as [Int?])
  func onceDecoded(cache: String, oddPicture: Int?) throws {
    let directory = try TemporaryDirectory()
    for index in 10..<58 {
      try Self.write(
        "\(index % 2)/\(index).png", in: directory, height: index == oddPicture.map { $0 + 9 } ? 6 : 4,
        value: UInt8(index), first: 1)
    }
    var context = Self.context
    context.environment["XDG_CACHE_HOME"] = "\(directory.path)/.cache"
    let folder = try ImageFolder(directory: directory.path)
    let files = PictureFiles(
      files: try #require(folder.files[.train]), name: "x", place: "x", classNames: folder.classNames)
    let preparation = ImagePreparation(size: HeightWidth(4, 5))
    let loader = ImageFolderLoader(preparation: preparation, cache: ImageCache(rawValue: cache), context)
    let checks = PictureChecks(files.files.map(\.path), .rgb, context)
    let kept = try loader.kept(files, checks)
    #expect((kept == nil) == (oddPicture != nil))
    let (data, decoded) = (
      try loader.load(files),
      try ImageFolderLoader(preparation: preparation, cache: ImageCache.none, context).load(files)
    )
    #expect(data.input == decoded.input && data.fingerprint == decoded.fingerprint)
    #expect(data.input.element == (oddPicture == nil ? .uint8 : .float32))
    for index in 0..<48 { #expect(try data.input(index) == decoded.input(index)) }
  }

  @Test("are not kept in memory where each is used once")
  func streamed() throws {
    let directory = try TemporaryDirectory()
    for index in 10..<40 { try Self.write("\(index % 2)/\(index).png", in: directory, first: UInt8(index)) }
    var context = Self.context
    context.keepsPictures = false
    let place = ConfigurationEntry("directory", ConfigurationNode(.string(directory.path)))
    let source = try Self.source([place, ConfigurationEntry("cache", "memory")])
    let data = try source.loadParts(context).train
    guard case .decoded = data.storage else { throw DatasetError.noSamples(name: "kept") }
    var firsts: [Float] = []
    try data.forEachInput(stride(from: 1, to: 30, by: 2)) { _, input in firsts.append(Float(input[0])) }
    #expect(try firsts == (0..<15).map { try data.input(2 * $0 + 1)[0] })
    try FileManager.default.removeItem(atPath: "\(directory.path)/1/23.png")
    try FileManager.default.removeItem(atPath: "\(directory.path)/0/36.png")
    let text = Self.message { try data.forEachInput(0..<30) { _, _ in } }
    #expect(text == "\(directory.path)/0/36.png: cannot be read: No such file or directory.")
  }

  /// A resized picture may have any size, so that its size does not tell.
  @Test("must stay what they were when a run began, if they are decoded as they are needed")
  func replaced() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<4 { try Self.write("\(index % 2)/\(index).png", in: directory, first: UInt8(index)) }
    let data = try Self.parts(directory, ("cache", "none"), ("image_size", 3)).train
    let first = try data.input(0)
    // Another file with the same picture.
    try Self.write("0/0.png", in: directory, first: 0)
    #expect(try data.input(0) == first)
    try Self.write("0/0.png", in: directory, height: 9, first: 99)
    #expect(
      Self.message { _ = try data.input(0) }
        == "\(directory.path)/0/0.png: changed after the run had checked it; start the run again.")
  }

  @Test("have a fingerprint of their contents, labels and classes, not of their files' times")
  func fingerprint() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<4 { try Self.write("\(index % 2)/\(index).png", in: directory, first: UInt8(index)) }
    let first = try Self.parts(directory).train.fingerprint
    for index in 0..<4 { try Self.write("\(index % 2)/\(index).png", in: directory, first: UInt8(index)) }
    #expect(try Self.parts(directory).train.fingerprint == first)
    try Self.write("1/3.png", in: directory, first: 77)
    #expect(try Self.parts(directory).train.fingerprint != first)
  }

  @Test("are resized pictures as floats, and bytes if all have the size")
  func sizes() throws {
    let directory = try TemporaryDirectory()
    try Self.write("a/1.png", in: directory)
    try Self.write("b/1.png", in: directory, height: 8, width: 10, value: 100, first: 100)
    let size = ConfigurationNode(.sequence([ConfigurationNode(.integer(4)), ConfigurationNode(.integer(5))]))
    let data = try Self.parts(directory, ("image_size", size)).train
    #expect(data.shape == [4, 5, 3] && data.input.element == .float32)
    #expect(try data.input(1) == [Float](repeating: 100, count: 60) && data.pixels(0)[...2] == [0, 7, 7])
    try Self.write("b/1.png", in: directory, height: 4, width: 5)
    #expect(try Self.parts(directory, ("image_size", size)).train.input.element == .uint8)
  }

  // MARK: - Faults

  @Test("without pictures of a class are refused")
  func faults() throws {
    func message(_ make: (TemporaryDirectory) throws -> Void) throws -> String {
      let directory = try TemporaryDirectory()
      try make(directory)
      return Self.message { _ = try Self.parts(directory) }.replacing(directory.path, with: "D")
    }
    let missing = Self.message {
      _ = try Self.source([ConfigurationEntry("directory", ConfigurationNode(.string("/nowhere/x")))])
        .loadParts(Self.context)
    }
    #expect(missing == "/nowhere/x: cannot be read: no such directory.")
    #expect(try message { _ in } == "D: has no folders with pictures; a folder per class is needed.")
    #expect(
      try message { try Self.write("1.png", in: $0) }
        == "D: has pictures (1.png) but no folders; put those of each class into a folder of its own.")
    #expect(
      try message {
        try Self.write("cat/1.png", in: $0)
        try FileManager.default.createDirectory(atPath: "\($0.path)/dog", withIntermediateDirectories: true)
      } == "D/dog: has no pictures (.png, .jpg, .jpeg); remove the folder, or put the pictures of the class into it.")
    #expect(
      try message { for name in ["Cat", "cat"] { try Self.write("\(name)/1.png", in: $0) } }
        == "D: has the classes 'Cat' and 'cat', which differ only in case; rename or merge them.")
    #expect(
      try message { for name in ["ü", "u\u{308}"] { try Self.write("\(name)/1.png", in: $0) } }
        == "D: has the classes 'u\u{308}' and 'ü', which differ only in how their letters are encoded (Unicode "
        + "normalization); rename or merge them.")
    #expect(
      try message {
        for place in ["train/cat", "train/dog", "test/cow"] { try Self.write("\(place)/1.png", in: $0) }
      } == "D/test/cow: is not among the classes of the training data (cat, dog).")
    #expect(
      try message {
        try Self.write("a/1.png", in: $0)
        try Self.write("a/2.png", in: $0, height: 9, width: 2)
      }
        == "D/a/2.png: is 9x2 (height x width), but D/a/1.png is 4x5; set data.image_size: [height, width] to resize all "
        + "pictures.")
  }

  @Test("with files that cannot be read name all of them, or leave them out")
  func unreadable() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<5 { try Self.write("\(index % 2)/\(index).png", in: directory) }
    try Data("<html>".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/0/page.jpg"))
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(directory.path)/1/3.png"))
    try whole.prefix(whole.count - 20).write(to: URL(fileURLWithPath: "\(directory.path)/1/cut.png"))
    let text = Self.message { _ = try Self.parts(directory) }
    #expect(
      text.hasPrefix("2 of the 7 pictures of 'image_folder (train)' cannot be read:\n  \(directory.path)/0/page.jpg: "))
    #expect(
      text.contains("\n  \(directory.path)/1/cut.png: ")
        && text.hasSuffix("(in a configuration: data.unreadable: skip)."))
    let warnings = Mutex<[String]>([])
    var context = Self.context
    context.warning = { text in warnings.withLock { $0.append(text) } }
    let place = ConfigurationEntry("directory", ConfigurationNode(.string(directory.path)))
    let skipping = try Self.source([place, ConfigurationEntry("unreadable", "skip")])
    #expect(try skipping.loadParts(context).train.labels == [0, 0, 0, 1, 1])
    #expect(warnings.withLock { $0.count } == 1)
  }

  @Test("leave no class without pictures in training data, and say so of other data")
  func unreadableClass() throws {
    let directory = try TemporaryDirectory()
    for place in ["train/cat", "train/dog", "test/cat"] { try Self.write("\(place)/1.png", in: directory) }
    try FileManager.default.createDirectory(atPath: "\(directory.path)/test/dog", withIntermediateDirectories: true)
    _ = try directory.write("<html>", to: "test/dog/1.png")
    let warnings = Mutex<[String]>([])
    var context = Self.context
    context.warning = { text in warnings.withLock { $0.append(text) } }
    let place = ConfigurationEntry("directory", ConfigurationNode(.string(directory.path)))
    let skipping = try Self.source([place, ConfigurationEntry("unreadable", "skip")])
    #expect(try skipping.loadParts(context).test?.labels == [0])
    #expect(
      warnings.withLock { $0.last }
        == "'image_folder (test)': none of the pictures of the class 'dog' can be read.")
    _ = try directory.write("<html>", to: "train/dog/1.png")
    #expect(
      Self.message { _ = try skipping.loadParts(context) }
        == "'image_folder (train)': none of the pictures of the class 'dog' can be read. There is nothing to learn from: "
        + "replace them, or remove the class from 'image_folder (train)'.")
  }

  @Test("named by a list are named with its line in messages")
  func listedFaults() throws {
    let directory = try TemporaryDirectory()
    try Self.write("a.png", in: directory)
    try Self.write("tall.png", in: directory, height: 9)
    func message(_ text: String) throws -> String {
      let list = try directory.write(text, to: "list.csv")
      let source = try Self.source([ConfigurationEntry("files", ConfigurationNode(.string(list)))])
      return Self.message { _ = try source.loadParts(Self.context) }.replacing(directory.path, with: "D")
    }
    #expect(
      try message("path,label\na.png,cat\n\nnone.png,dog\n").hasPrefix(
        "1 of the 2 pictures of 'image_folder (train)' cannot be read:\n  D/list.csv, line 4: D/none.png: cannot be read"
      ))
    #expect(
      try message("a.png,cat\ntall.png,dog\n").hasPrefix(
        "D/list.csv, line 2: D/tall.png: is 9x5 (height x width), but D/a.png is 4x5;"))
    #expect(
      try message("a.png,ü\na.png,u\u{308}\n")
        == "D/list.csv: line 2: has the labels 'ü' and 'u\u{308}', which differ only in how their letters are encoded "
        + "(Unicode normalization); write them in one way.")
  }

  @Test("may be named as the heading of a list", arguments: ["image", "File", "path"])
  func headingNames(name: String) throws {
    let directory = try TemporaryDirectory()
    try Self.write(name, in: directory, first: 1)
    try Self.write("b.png", in: directory, first: 2)
    func labels(_ text: String) throws -> [Int32]? {
      let list = try directory.write(text, to: "list.csv")
      let source = try Self.source([ConfigurationEntry("files", ConfigurationNode(.string(list)))])
      return try source.loadParts(Self.context).train.labels
    }
    #expect(try labels("\(name),label\nb.png,other\n") == [0, 1])
    try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)")
    #expect(try labels("\(name),label\nb.png,other\n") == [0])
  }

  @Test("in the cache are those of the present contents, for each preparation")
  func outdatedCache() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<4 { try Self.write("\(index % 2)/\(index).png", in: directory, first: UInt8(index)) }
    var context = Self.context
    context.environment["XDG_CACHE_HOME"] = "\(directory.path)/.cache"
    func load(_ size: Int) throws -> [String] {
      let place = ConfigurationEntry("directory", ConfigurationNode(.string(directory.path)))
      let size = ConfigurationEntry("image_size", ConfigurationNode(.integer(size)))
      let data = try Self.source([place, size, ConfigurationEntry("cache", "disk")]).loadParts(context).train
      #expect(data.count == 4)
      return try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/.cache/martlet/decoded").sorted()
    }
    let first = try load(3)
    #expect(try first.count == 1 && load(3) == first)
    let both = try load(2)
    #expect(both.count == 2 && Set(first).isSubset(of: both))
    try Self.write("1/3.png", in: directory, first: 99)
    let last = try load(3)
    #expect(last.count == 1 && Set(last).isDisjoint(with: both))
  }
}
