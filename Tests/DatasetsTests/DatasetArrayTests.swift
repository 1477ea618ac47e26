import Foundation
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite("Data sets from arrays")
struct DatasetArrayTests {
  @Test("hold floats or bytes, with labels or values to predict")
  func contents() throws {
    let floats = try Dataset(name: "x", shape: [2], inputs: [1, 2, 3, 4] as [Float], labels: [0, 7])
    #expect(floats.input == Field(shape: [2], element: .float32) && floats.target == .label)
    #expect(floats.floats == [1, 2, 3, 4] && floats.bytes == nil && floats.labels == [0, 7])
    #expect(try floats.input(1) == [3, 4] && floats.label(1) == 7 && floats.target(1) == [7])
    let bytes = try Dataset(
      name: "x", shape: [1, 2, 1], inputs: [1, 2, 3, 4] as [UInt8], targets: [1, 2, 3, 4], targetShape: [2])
    #expect(bytes.input.isByteImage && bytes.bytes == [1, 2, 3, 4] && bytes.targetValues == [1, 2, 3, 4])
    #expect(try bytes.input(0) == [1, 2] && bytes.label(0) == nil && bytes.target(1) == [3, 4])
    #expect((floats.byteCount, bytes.byteCount) == (24, 20))
  }

  static let refused: [(make: @Sendable () throws -> Dataset, message: String)] = [
    (
      { try Dataset(name: "mine", shape: [2], inputs: [] as [Float], labels: [Int]()) }, "'mine' is empty."
    ),
    (
      { try Dataset(name: "mine", shape: [3], inputs: [1, 2, 3, 4] as [Float], labels: [0]) },
      "the inputs of 'mine' are 4 values, which is not a multiple of the sample shape (3,), 3 each."
    ),
    (
      { try Dataset(name: "mine", shape: [2], inputs: [1, 2, 3, 4] as [Float], labels: [0, 1, 2]) },
      "'mine' has 2 inputs but 3 targets (labels or values). Use files or arrays that belong together."
    ),
    (
      { try Dataset(name: "mine", shape: [1], inputs: [1, 2] as [UInt8], targets: [1, 2, 3], targetShape: [2]) },
      "the targets of 'mine' are 3 values, which is not a multiple of the sample shape (2,), 2 each."
    ),
    (
      { try Dataset(name: "mine", shape: [2, 0], inputs: [1] as [Float], labels: [0]) },
      "the inputs of 'mine' have the shape (2, 0). A sample has one to three dimensions of 1 or more: (n) for a vector, "
        + "(height, width, channels) for an image."
    ),
    (
      { try Dataset(name: "mine", shape: [], inputs: [1] as [Float], labels: [0]) },
      "the inputs of 'mine' have the shape (). A sample has one to three dimensions of 1 or more: (n) for a vector, "
        + "(height, width, channels) for an image."
    ),
    (
      { try Dataset(name: "mine", shape: [.max, .max], inputs: [1] as [Float], labels: [0]) },
      "the inputs of 'mine' have the shape (9223372036854775807, 9223372036854775807). A sample has one to three "
        + "dimensions of 1 or more: (n) for a vector, (height, width, channels) for an image."
    ),
    (
      { try Dataset(name: "mine", shape: [2], inputs: [1, 2, 3, .nan] as [Float], labels: [0, 1]) },
      "the input of sample 1 of 'mine' is nan. Replace or leave out values that are not finite 32-bit numbers."
    ),
    (
      { try Dataset(name: "mine", shape: [2], inputs: [1, 2, 3, 4] as [Float], targets: [0, -.infinity]) },
      "the target of sample 1 of 'mine' is -inf. Replace or leave out values that are not finite 32-bit numbers."
    ),
    (
      { try Dataset(name: "mine", shape: [1], inputs: [1, 2] as [Float], labels: [0, -1]) },
      "the label of sample 1 of 'mine' is -1. Labels are classes, counted from 0."
    ),
    (
      { try Dataset(name: "mine", shape: [1], inputs: [1, 2] as [UInt8], labels: [Int64.max, 0]) },
      "the label of sample 0 of 'mine' is 9223372036854775807. Labels are classes, counted from 0."
    ),
    (
      { try Dataset(name: "mine", shape: [1, 1, 1], images: [1, 2], labels: [0, -5]) },
      "the label of sample 1 of 'mine' is -5. Labels are classes, counted from 0."
    ),
  ]

  @Test("that do not match are refused with the reason", arguments: refused.indices)
  func refusal(index: Int) {
    #expect {
      try Self.refused[index].make()
    } throws: {
      "\($0)" == Self.refused[index].message
    }
  }

  @Test("have fingerprints that depend on every number, shape and kind")
  func fingerprints() throws {
    let inputs: [Float] = [1, 2, 3, 4]
    let all = [
      try Dataset(name: "x", shape: [2], inputs: inputs, labels: [0, 1]),
      try Dataset(name: "x", shape: [2], inputs: inputs, labels: [0, 2]),
      try Dataset(name: "x", shape: [2], inputs: [1, 2, 3, 5] as [Float], labels: [0, 1]),
      try Dataset(name: "x", shape: [2, 1], inputs: inputs, labels: [0, 1]),
      try Dataset(name: "x", shape: [1, 2], inputs: inputs, labels: [0, 1]),
      try Dataset(name: "x", shape: [2], inputs: inputs, targets: [0, 1]),
      try Dataset(name: "x", shape: [2], inputs: inputs, targets: [0, 2]),
      try Dataset(name: "x", shape: [2], inputs: inputs, targets: [0, 1, 0, 1], targetShape: [2]),
      try Dataset(name: "x", shape: [2], inputs: inputs, targets: [0, 1, 0, 1], targetShape: [2, 1]),
      try Dataset(name: "x", shape: [2], inputs: .floats(inputs), targets: nil),
      try Dataset(name: "x", shape: [2], inputs: [1, 2, 3, 4] as [UInt8], labels: [0, 1]),
      try Dataset(name: "x", shape: [1, 2, 1], inputs: [1, 2, 3, 4] as [UInt8], labels: [0, 1]),
    ]
    #expect(Set(all.map(\.fingerprint)).count == all.count)
    let same = try Dataset(name: "y", shape: [2], inputs: inputs, labels: [0, 1] as [UInt8])
    #expect(same.fingerprint == all[0].fingerprint)
  }

  @Test(
    "are split as in Keras: floor(n · (1 − fraction)) samples remain",
    arguments: [
      (10, 0.2, 8), (5, 0.3, 3), (10, 0.3, 7), (7, 0.5, 3), (60_000, 0.1, 54_000), (3, 0.01, 2), (2, 0.99, 0),
      (1, 0.5, 0),
      (100, 1e-18, 100),
    ])
  func splitting(count: Int, fraction: Double, expected: Int) throws {
    let data = try Dataset(
      name: "mine", shape: [1], inputs: (0..<count).map { Float($0) }, targets: (0..<count).map { Float($0) })
    guard expected > 0, expected < count else {
      #expect {
        try data.split(validation: fraction)
      } throws: {
        "\($0)".hasSuffix(
          "which leaves none for \(expected == 0 ? "training" : "validation"). Choose another one (fit.validation_split)."
        )
      }
      return
    }
    let (train, validation) = try data.split(validation: fraction)
    #expect(train.count == expected && validation.count == count - expected)
    #expect(train.floats == (0..<expected).map { Float($0) } && validation.name == "mine (validation)")
    #expect(validation.targetValues == (expected..<count).map { Float($0) })
    let alone = try Dataset(
      name: "other", shape: [1], inputs: validation.floats ?? [], targets: validation.targetValues ?? [])
    #expect(alone.fingerprint == validation.fingerprint && alone.fingerprint != data.fingerprint)
  }

  @Test("of different kinds are refused in one run")
  func unlikeParts() throws {
    let floats = try Dataset(name: "a", shape: [2], inputs: [1, 2] as [Float], labels: [0])
    let bytes = try Dataset(name: "b", shape: [2], inputs: [1, 2] as [UInt8], labels: [0])
    #expect {
      try DatasetSplits(train: floats, test: bytes)
    } throws: {
      "\($0)" == "'a': inputs: floats (2,), targets: labels, but 'b': inputs: bytes (2,), targets: labels. Training, "
        + "validation and test data must have samples of the same kind."
    }
    // Labels and integers are equivalent for a loss over values.
    let values = try Dataset(name: "c", shape: [2], inputs: [1, 2] as [Float], targets: [-3])
    #expect(try DatasetSplits(train: floats, test: values).hasTest)
  }

  @Test("give the class of labels, integers and one-hot rows")
  func classes() throws {
    let rows: [Float] = [0, 1, 0, 1, 0, 0, 0, 0.5, 0.5, 1, 1, 0]
    let oneHot = try Dataset(
      name: "x", shape: [1], inputs: [1, 2, 3, 4] as [Float], targets: rows, targetShape: [3])
    #expect((0..<4).map { oneHot.classIndex($0, of: 3) } == [1, 0, nil, nil])
    #expect(oneHot.classIndex(0, of: 4) == nil)
    let numbers = try Dataset(name: "x", shape: [1], inputs: [1, 2] as [Float], targets: [4, 0.5])
    #expect((0..<2).map { numbers.classIndex($0, of: 9) } == [4, nil])
  }

  @Test("of floats are drawn normalized from black to white")
  func drawing() throws {
    let image = try Dataset(name: "x", shape: [2, 2, 1], inputs: [-1, 0, 0.5, 1] as [Float], labels: [0])
    #expect(try image.pixels(0) == [0, 128, 191, 255] && image.isDrawable)
    let flat = try Dataset(name: "x", shape: [2, 2, 1], inputs: [3, 3, 3, 3] as [Float], labels: [0])
    #expect(try flat.pixels(0) == [0, 0, 0, 0])
    let vectors = try Dataset(name: "x", shape: [4], inputs: [3, 3, 3, 3] as [Float], labels: [0])
    #expect(!vectors.isDrawable)
  }
}

@Suite("Keras' mnist.npz")
struct MNISTArchiveTests {
  private static func archive(in directory: TemporaryDirectory, flipping: Bool = false) throws -> String {
    let data = try #require(MNISTTests.data) + "/mnist/"
    var arrays: [(String, [UInt8])] = []
    for (part, name) in [("train", "train"), ("test", "t10k")] {
      let (shape, original) = try IDXFile.readImages("\(data)\(name)-images-idx3-ubyte.gz")
      let labels = try IDXFile.readLabels("\(data)\(name)-labels-idx1-ubyte.gz")
      var pixels = original
      if flipping { pixels[1000] ^= 1 }
      let count = labels.count
      arrays.append(("x_\(part)", NPZBytes.bytes([count, shape.dimensions[0], shape.dimensions[1]], pixels)))
      arrays.append(("y_\(part)", NPZBytes.bytes([count], labels.map { UInt8($0) })))
    }
    let bytes = try NPZBytes.archive([
      arrays[0].0: arrays[0].1, arrays[1].0: arrays[1].1, arrays[2].0: arrays[2].1, arrays[3].0: arrays[3].1,
    ])
    try FileManager.default.createDirectory(
      atPath: "\(directory.path)/.keras/datasets", withIntermediateDirectories: true)
    return try directory.write(bytes, to: ".keras/datasets/mnist.npz")
  }

  @Test("is used for MNIST if its own files are missing", .enabled(if: MNISTTests.isPresent, MNISTTests.reason))
  func found() throws {
    let home = try TemporaryDirectory()
    let path = try Self.archive(in: home)
    var context = DatasetContext(environment: ["HOME": home.path])
    context.canFetch = false
    #expect(MNISTSource().status(context) == "in \(path)" && MNISTSource().isOnThisMachine(context))
    let splits = try MNISTSource().load(context)
    #expect((splits.train.count, splits.test.count, splits.train.name) == (60_000, 10_000, "mnist (train)"))
    #expect(try MNISTSource().fetch(context) == [path])
    #expect(try MNISTSource().loadInputs(.test, context).labels?.count == 10_000)
    let named = MNISTSource(directory: "\(home.path)/.keras/datasets")
    #expect(try named.load(.test, DatasetContext(environment: [:])).fingerprint == splits.test.fingerprint)
  }

  @Test("with other data is refused", .enabled(if: MNISTTests.isPresent, MNISTTests.reason))
  func changed() throws {
    let home = try TemporaryDirectory()
    let path = try Self.archive(in: home, flipping: true)
    #expect {
      try MNISTSource().load(DatasetContext(environment: ["HOME": home.path]))
    } throws: {
      "\($0)"
        == "\(path): its contents are not those of the published 'mnist'; remove it, or read it with 'dataset: npz'."
    }
  }
}
