import Configuration
import DurableFiles
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite("Conversion of data sets")
struct DatasetConversionTests {
  static func parts(_ make: (_ count: Int, _ seed: Int) throws -> Dataset) throws -> [DatasetPart] {
    [DatasetPart(.train, try make(7, 0)), DatasetPart(.test, try make(3, 100))]
  }

  static func bytes(_ count: Int, seed: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + seed) } }

  static func floats(_ count: Int, seed: Int) -> [Float] { (0..<count).map { Float($0 * 13 % 101 + seed) / 8 - 3 } }

  enum Kind: CaseIterable {
    case gray
    case colored
    case floatImages
    case vectors
    case values
    case oneHot

    func parts() throws -> [DatasetPart] {
      try DatasetConversionTests.parts { count, seed in
        let labels = (0..<count).map { Int32(($0 + seed) % 3) }
        func bytes(_ size: Int) -> [UInt8] { DatasetConversionTests.bytes(count * size, seed: seed) }
        func floats(_ size: Int) -> [Float] { DatasetConversionTests.floats(count * size, seed: seed) }
        return switch self {
        case .gray: try Dataset(name: "x", shape: [4, 5, 1], inputs: bytes(20), labels: labels)
        case .colored: try Dataset(name: "x", shape: [2, 3, 3], inputs: bytes(18), labels: labels)
        case .floatImages: try Dataset(name: "x", shape: [2, 3, 2], inputs: floats(12), labels: labels)
        case .vectors: try Dataset(name: "x", shape: [6], inputs: bytes(6), labels: labels)
        case .values: try Dataset(name: "x", shape: [4], inputs: floats(4), targets: floats(2), targetShape: [2])
        case .oneHot:
          try Dataset(
            name: "x", shape: [3], inputs: floats(3), targets: labels.flatMap { [$0 == 0 ? 1 : 0, $0 == 0 ? 0 : 1] },
            targetShape: [2])
        }
      }
    }
  }

  /// - Returns: the parts that the source of the written files has.
  private func converted(_ parts: [DatasetPart], to name: String, _ directory: TemporaryDirectory) throws
    -> [DatasetPart]
  {
    let path = "\(directory.path)/\(name)"
    let format = try #require(DatasetConversion.Format(path: path))
    let result = try DatasetConversion.write(parts, to: path, format)
    #expect(result.files.allSatisfy(AtomicFile.isFile))
    #expect(!directory.names.contains { $0.hasSuffix(".partial") })
    return try Catalog.datasets.source(at: result.files[0]).parts(DatasetContext(environment: [:]))
  }

  @Test(
    "as NumPy archives and HDF5 files gives back the same samples", arguments: Kind.allCases, ["out.npz", "out.h5"])
  func arrays(kind: Kind, name: String) throws {
    let directory = try TemporaryDirectory()
    let parts = try kind.parts()
    let read = try converted(parts, to: name, directory)
    #expect(read.map(\.name) == [.train, .test])
    #expect(read.map(\.data.fingerprint) == parts.map(\.data.fingerprint))
  }

  @Test("as IDX files gives back the same samples", arguments: [Kind.gray, .colored], ["out/", "digits"])
  func idx(kind: Kind, name: String) throws {
    let directory = try TemporaryDirectory()
    let parts = try kind.parts()
    let read = try converted(parts, to: name, directory)
    #expect(read.map(\.data.fingerprint) == parts.map(\.data.fingerprint))
    if name.hasSuffix("/") {
      let source = try Catalog.datasets.source(at: "\(directory.path)/out") as? IDXSource
      #expect(source?.trainLabels == "\(directory.path)/out/train-labels-idx1-ubyte")
    }
  }

  static let unfit: [(kind: Kind, reason: String)] = [
    (.floatImages, "its inputs are floats (2, 3, 2), and IDX files hold bytes. Write .npz or .h5 instead."),
    (.vectors, "its inputs are bytes (6,), and IDX files hold images. Write .npz or .h5 instead."),
  ]

  @Test("as IDX files is refused for what they cannot hold, and writes nothing", arguments: unfit.indices)
  func refused(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (kind, reason) = Self.unfit[index]
    #expect {
      try DatasetConversion.write(kind.parts(), to: "", .idx(prefix: "\(directory.path)/x-"))
    } throws: {
      "\($0)" == "'x' cannot be written as IDX: \(reason)"
    }
    #expect(directory.names.isEmpty)
    let large = try Dataset(name: "y", shape: [1, 2, 1], images: [1, 2], labels: [256])
    #expect {
      try DatasetConversion.write([DatasetPart(.train, large)], to: "", .idx(prefix: "\(directory.path)/x-"))
    } throws: {
      "\($0)".contains("sample 0 has the label 256, and labels are bytes, 0 to 255")
    }
  }

  @Test("that fails leaves the old file", arguments: ["out.npz", "out.h5"])
  func failing(name: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: name)
    let broken = try Dataset(
      name: "broken", shape: [2], storage: .decoded(BrokenDecoder()), count: 3, targets: .labels([0, 1, 0]))
    let format = try #require(DatasetConversion.Format(path: path))
    #expect(throws: DatasetError.self) {
      try DatasetConversion.write([DatasetPart(.train, broken)], to: path, format)
    }
    #expect(try directory.text(name) == "old")
    #expect(directory.names == [name])
  }

  @Test("writes weights and class names", arguments: ["out.npz", "out.h5"])
  func extras(name: String) throws {
    let directory = try TemporaryDirectory()
    let data = try Dataset(
      name: "x", shape: [2], inputs: .floats([1, 2, 3, 4]), targets: .labels([0, 1]), weights: [1, 0.5],
      classNames: ["cat", "Löwe"])
    let path = "\(directory.path)/\(name)"
    let format = try #require(DatasetConversion.Format(path: path))
    let result = try DatasetConversion.write([DatasetPart(.train, data)], to: path, format)
    #expect(result.arrays.count == 4)
    let read = try Catalog.datasets.source(at: path).parts(DatasetContext(environment: [:]))
    #expect(read.map(\.data.fingerprint) == [data.fingerprint])
    #expect(result.arrays[2].contains("floats (2,)") && result.arrays[3].contains("class_names: strings (2,)"))
  }

  static let formats: [(path: String, format: DatasetConversion.Format?)] = [
    ("a/b.npz", .npz), ("B.NPZ", .npz), ("x.h5", .hdf5), ("x.hdf5", .hdf5), ("new/", .idx(prefix: "new/")),
    ("a.b/digits", .idx(prefix: "a.b/digits-")), ("/tmp", .idx(prefix: "/tmp/")), ("x.csv", nil), ("x.npy", nil),
  ]

  @Test("chooses the format by the name", arguments: formats.indices)
  func format(index: Int) {
    #expect(DatasetConversion.Format(path: Self.formats[index].path) == Self.formats[index].format)
  }

  @Test("streams arrays larger than its buffer")
  func chunks() throws {
    let directory = try TemporaryDirectory()
    // 9 MB in samples of 3 MB: several chunks.
    let data = try Dataset(
      name: "x", shape: [1024, 1024, 3], inputs: Self.bytes(3 * 3_145_728, seed: 5), labels: [0, 1, 2])
    let read = try converted([DatasetPart(.train, data)], to: "out.npz", directory)
    #expect(read[0].data.fingerprint == data.fingerprint)
  }
}

private struct BrokenDecoder: InputDecoder {
  let element = Field.Element.uint8
  let count = 3

  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) throws {
    throw DatasetError.damaged(path: "2.png", reason: "truncated")
  }
}
