import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite("Data sets")
struct DatasetTests {
  static let shape: Shape = [2, 3, 1]

  static func dataset(images: Int = 3, labels: [Int32] = [0, 1, 2], offset: UInt8 = 0) throws -> Dataset {
    let pixels = (0..<images * shape.count).map { UInt8($0) &+ offset }
    return try Dataset(name: "tiny", shape: shape, images: pixels, labels: labels)
  }

  @Test("with different numbers of images and labels are refused")
  func countMismatch() {
    #expect {
      try Self.dataset(labels: [0, 1])
    } throws: {
      "\($0)" == "'tiny' has 3 inputs but 2 targets (labels or values). Use files or arrays that belong together."
    }
    #expect {
      try Self.dataset(images: 0, labels: [])
    } throws: {
      "\($0)" == "'tiny' is empty."
    }
  }

  @Test("have a fingerprint that every pixel and label changes")
  func fingerprint() throws {
    let fingerprint = try Self.dataset().fingerprint
    #expect(fingerprint.count == 64)
    #expect(try Self.dataset().fingerprint == fingerprint)
    #expect(try Self.dataset(offset: 1).fingerprint != fingerprint)
    #expect(try Self.dataset(labels: [0, 2, 1]).fingerprint != fingerprint)
  }

  @Test("are shuffled per epoch and seed, with each sample once")
  func sampleOrder() {
    func order(seed: UInt64, epoch: Int, shuffle: Bool = true) -> [Int32] {
      var order = SampleOrder(count: 100)
      order.update(seed: seed, epoch: epoch, shuffle: shuffle)
      return order.indices
    }
    let first = order(seed: 1, epoch: 0)
    #expect(first.sorted() == Array(0..<100))
    #expect(first != Array(0..<100))
    #expect(order(seed: 1, epoch: 0) == first)
    #expect(order(seed: 1, epoch: 1) != first)
    #expect(order(seed: 2, epoch: 0) != first)
    #expect(order(seed: 1, epoch: 5, shuffle: false) == Array(0..<100))
    var reused = SampleOrder(count: 100)
    reused.update(seed: 1, epoch: 7, shuffle: true)
    reused.update(seed: 1, epoch: 0, shuffle: true)
    #expect(reused.indices == first)
  }

  @Test("of IDX files are found in a directory")
  func idxSource() throws {
    let directory = try TemporaryDirectory()
    for name in ["a", "c"] { _ = try directory.write(IDXBytes.images([2, 2, 3], pixels: Array(0..<12)), to: name) }
    for name in ["b", "d"] { _ = try directory.write(IDXBytes.labels([4, 5]), to: name) }
    let source = try #require(
      IDXSource(trainImages: "a", trainLabels: "b", testImages: "c", testLabels: "d").inDirectory(directory.path))
    let splits = try source.load(DatasetContext(environment: [:]))
    #expect(splits.train.labels == [4, 5])
    #expect(try splits.test.pixels(1) == Array(6..<12))
  }

  @Test("of IDX files need only the files of the requested split")
  func idxParts() throws {
    let directory = try TemporaryDirectory()
    let context = DatasetContext(environment: [:])
    _ = try directory.write(IDXBytes.images([2, 2, 3], pixels: Array(0..<12)), to: "c")
    let source = try #require(
      IDXSource(trainImages: "a", trainLabels: "b", testImages: "c", testLabels: "d").inDirectory(directory.path))
    let unlabeled = try source.loadInputs(.test, context)
    #expect((unlabeled.count, unlabeled.labels) == (2, nil))
    #expect(throws: FileError.self) { try source.load(.test, context) }
    _ = try directory.write(IDXBytes.labels([4, 5]), to: "d")
    #expect(try source.loadInputs(.test, context).labels == [4, 5])
    #expect(try source.load(.test, context).labels == [4, 5])
    #expect(throws: FileError.self) { try source.load(.train, context) }
    _ = try directory.write(IDXBytes.labels([4]), to: "d")
    #expect {
      try source.loadInputs(.test, context)
    } throws: {
      "\($0)" == "'idx (test)' has 2 inputs but 1 targets (labels or values). Use files or arrays that belong together."
    }
    let imagesOnly = IDXSource(testImages: "\(directory.path)/c")
    #expect(try imagesOnly.loadInputs(.test, context).labels == nil)
    let trainingOnly = IDXSource(trainImages: "\(directory.path)/c", trainLabels: "\(directory.path)/d")
    #expect(trainingOnly.missingTestKey == "test_images" && imagesOnly.missingTestKey == nil)
    #expect {
      try trainingOnly.load(.test, context)
    } throws: {
      "\($0)" == "data: has no test data. Name test_images and test_labels, or reserve a part of the training data "
        + "(fit.validation_split: 0.2)."
    }
    for (split, key) in [(DatasetSplit.test, "test_labels"), (.train, "train_images")] {
      #expect {
        try imagesOnly.load(split, context)
      } throws: {
        "\($0)" == "data: the key '\(key)' is missing."
      }
    }
  }

  @Test("are drawn as PNG: the rows decompress to the pixels")
  func png() throws {
    let image = try Self.dataset().contactSheet([1])
    let bytes = image.encoded
    #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    #expect(Array(bytes[16..<24]) == [0, 0, 0, 3, 0, 0, 0, 2])
    #expect(image.pixels == Array(6..<12))
    let sheet = try Self.dataset().contactSheet([0, 1, 2])
    #expect((sheet.height, sheet.width) == (5, 7))
  }

  @Test("are drawn with half blocks")
  func halfBlocks() throws {
    let pixels: [UInt8] = [255, 0, 255, 255, 255, 0, 0, 0, 200]
    let dataset = try Dataset(
      name: "tiny", shape: [3, 3, 1], images: pixels, labels: [0])
    #expect(try "\(HalfBlockDrawing(dataset, index: 0, colors: false))" == "█▄▀\n  ▀")
  }
}

@Suite("Built-in digits")
struct DigitsTests {
  @Test("are the same on every machine")
  func pinned() throws {
    let splits = try DigitsSource(trainCount: 50, testCount: 20, seed: 1).load(DatasetContext(environment: [:]))
    #expect(splits.train.fingerprint == "e9bdc8773768dad508049641a68212aaca4c660f839ccdf152171eecef775228")
    #expect(splits.test.fingerprint == "7b8134a2201dc12093c8b7ee9a72f61053451fc7dfb78ece90b549609b164358")
  }

  @Test("are a function of seed and index: a longer set starts with the shorter one")
  func prefix() throws {
    let context = DatasetContext(environment: [:])
    let short = try DigitsSource(trainCount: 30, testCount: 5, seed: 3).load(context).train
    let long = try DigitsSource(trainCount: 60, testCount: 5, seed: 3).load(context).train
    #expect(long.prefix(30).bytes == short.bytes)
    #expect(long.prefix(30).labels == short.labels)
    let other = try DigitsSource(trainCount: 30, testCount: 5, seed: 4).load(context).train
    #expect(other.bytes != short.bytes)
  }

  @Test("show all ten digits, with all gray levels, within the frame")
  func variety() throws {
    let digits = try DigitsSource(trainCount: 1000, testCount: 1).load(DatasetContext(environment: [:])).train
    #expect(Set(digits.labels ?? []) == Set(0..<10))
    for index in 0..<digits.count {
      let ink = try digits.pixels(index).filter { $0 > 128 }.count
      #expect((15...320).contains(ink))
    }
  }
}

@Suite("MNIST")
struct MNISTTests {
  static let data = ProcessInfo.processInfo.environment["MARTLET_DATA"]
  static let reason: Comment = "MARTLET_DATA names no directory with mnist"
  static var isPresent: Bool {
    data.map { FileManager.default.fileExists(atPath: "\($0)/mnist/train-images-idx3-ubyte.gz") } ?? false
  }

  @Test("is read as published", .enabled(if: isPresent, reason))
  func published() throws {
    let splits = try MNISTSource().load(DatasetContext(environment: ["MARTLET_DATA": try #require(Self.data)]))
    #expect((splits.train.count, splits.test.count) == (60_000, 10_000))
    #expect(splits.train.shape == [28, 28, 1])
    #expect(splits.train.prefix(5).labels == [5, 0, 4, 1, 9])
  }

  @Test("in a directory that lacks a file is refused by name")
  func missingFile() throws {
    let directory = try TemporaryDirectory()
    #expect {
      try MNISTSource(directory: directory.path).load(DatasetContext(environment: [:]))
    } throws: {
      "\($0)"
        == "\(directory.path): has no file 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz'. "
        + "Put it there, or name the directory that has it."
    }
  }

  private static func link(_ name: String, to path: String) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: "\(try #require(data))/mnist/\(name).gz")
  }

  @Test(
    "is found under all names that it is given", .enabled(if: isPresent, reason),
    arguments: [
      "t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz", "t10k-images.idx3-ubyte", "t10k-images.idx3-ubyte.gz",
      "t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", "raw/t10k-images-idx3-ubyte", "MNIST/raw/t10k-images-idx3-ubyte",
      "mnist/t10k-images.idx3-ubyte",
    ])
  func names(path: String) throws {
    let directory = try TemporaryDirectory()
    let (images, labels) = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    try Self.link(images, to: "\(directory.path)/\(path)")
    let source = MNISTSource(directory: directory.path)
    let context = DatasetContext(environment: [:])
    let unlabeled = try source.loadInputs(.test, context)
    #expect((unlabeled.count, unlabeled.labels) == (10_000, nil))
    #expect {
      try source.load(.test, context)
    } throws: {
      "\($0)".hasPrefix("\(directory.path): has no file '\(labels)' or '\(labels).gz'.")
    }
    let other = path.replacing("images", with: "labels").replacing("idx3", with: "idx1")
    try Self.link(labels, to: "\(directory.path)/\(other)")
    #expect(try source.load(.test, context).prefix(5).labels == [7, 2, 1, 0, 4])
    #expect(try source.loadInputs(.test, context).labels?.count == 10_000)
  }

  @Test("in a missing directory is refused")
  func missingDirectory() {
    #expect {
      try MNISTSource(directory: "/nowhere").load(DatasetContext(environment: [:]))
    } throws: {
      "\($0)" == "/nowhere: cannot be read: no such directory."
    }
  }

  @Test("is not downloaded if it is on the machine", .enabled(if: isPresent, reason))
  func fetching() throws {
    let data = try #require(Self.data)
    let home = try TemporaryDirectory()
    // A server that refuses every request.
    let here = DatasetContext(
      environment: ["MARTLET_DATA": data, "XDG_CACHE_HOME": home.path], mirror: "http://127.0.0.1:1/")
    #expect(MNISTSource().status(here) == "in \(data)/mnist")
    let paths = try #require(try MNISTSource().fetch(here))
    #expect(paths.count == 4 && paths.allSatisfy { $0.hasPrefix("\(data)/mnist/") })
    // A corrupt file is reported, and not replaced: it is the user's.
    let copy = try TemporaryDirectory()
    for file in MNISTSource.files.dropLast() { try Self.link(file.name, to: "\(copy.path)/mnist/\(file.name).gz") }
    let bad = try copy.write(IDXBytes.labels([1]), to: "mnist/\(MNISTSource.files[3].name)")
    let damaged = DatasetContext(
      environment: ["MARTLET_DATA": copy.path, "XDG_CACHE_HOME": home.path], mirror: "http://127.0.0.1:1/")
    #expect(
      MNISTSource().status(damaged)
        == "in \(copy.path)/mnist, but \(bad) is not the published 't10k-labels-idx1-ubyte'")
    #expect {
      try MNISTSource().fetch(damaged)
    } throws: {
      "\($0)".hasPrefix("\(bad): its contents are not those of the published 'mnist'")
    }
    #expect(home.names.isEmpty)
  }
}
