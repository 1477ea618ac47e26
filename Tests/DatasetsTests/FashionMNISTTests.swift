import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Fashion-MNIST")
struct FashionMNISTTests {
  static let data = ProcessInfo.processInfo.environment["MARTLET_DATA"]
  static let directory = data.map { "\($0)/fashion-mnist" } ?? ""
  static var isPresent: Bool {
    FileManager.default.fileExists(atPath: "\(directory)/train-images-idx3-ubyte.gz")
  }

  @Test("is read as published", .enabled(if: isPresent, "MARTLET_DATA names no directory with fashion-mnist"))
  func published() throws {
    let context = DatasetContext(environment: ["MARTLET_DATA": try #require(Self.data)])
    let splits = try FashionMNISTSource().load(context)
    #expect((splits.train.count, splits.test.count, splits.train.name) == (60_000, 10_000, "fashion_mnist (train)"))
    #expect(splits.train.prefix(5).labels == [9, 0, 0, 3, 0] && splits.test.prefix(3).labels == [9, 2, 1])
    #expect(splits.train.classNames?[9] == "Ankle boot" && splits.test.classNames?.count == 10)
    #expect(try FashionMNISTSource().fetch(context)?.count == 4)
  }

  @Test(
    "is found where Keras and torchvision keep it", .enabled(if: isPresent, "MARTLET_DATA has no fashion-mnist"),
    arguments: [
      ("MARTLET_DATA", "fashion_mnist"), ("MARTLET_DATA", "fashion-mnist"), ("MARTLET_DATA", "FashionMNIST/raw"),
      ("KERAS_HOME", "datasets/fashion-mnist"), ("HOME", ".keras/datasets/fashion-mnist"),
      ("XDG_CACHE_HOME", "martlet/fashion_mnist"),
    ])
  func places(variable: String, below: String) throws {
    let root = try TemporaryDirectory()
    let place = URL(filePath: "\(root.path)/\(below)")
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: place, withDestinationURL: URL(filePath: Self.directory))
    var context = DatasetContext(environment: [variable: root.path])
    context.canFetch = false
    #expect(try FashionMNISTSource().loadInputs(.test, context).labels?.count == 10_000)
    if variable == "MARTLET_DATA" {
      #expect(
        try FashionMNISTSource(directory: root.path).load(.test, DatasetContext(environment: [:])).count == 10_000)
    }
  }

  @Test("is not MNIST, whose files have the same names", .enabled(if: isPresent && MNISTTests.isPresent, "no data"))
  func otherData() throws {
    let mnist = "\(try #require(Self.data))/mnist"
    #expect {
      try FashionMNISTSource(directory: mnist).load(.test, DatasetContext(environment: [:]))
    } throws: {
      "\($0)".hasPrefix(
        "\(mnist)/t10k-images-idx3-ubyte.gz: its contents are not those of the published 'fashion_mnist'")
    }
  }
}
