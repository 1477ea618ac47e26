import Foundation
import Tensors
import TestSupport
import Testing
import ZipArchive

@testable import Datasets

/// Hand-made NumPy files.
enum NPZBytes {
  /// An `.npy` file of version 1.0.
  static func array(_ type: String, _ shape: [Int], _ bytes: [UInt8], fortran: Bool = false) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    return array(
      header: "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(sizes)), }", bytes)
  }

  static func array(header: String, version: UInt8 = 1, _ bytes: [UInt8]) -> [UInt8] {
    let text = Array(header.utf8) + [0x0a]
    let length = withUnsafeBytes(of: UInt32(text.count).littleEndian) { Array($0) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length.prefix(version == 1 ? 2 : 4) + text + bytes
  }

  static func floats(_ shape: [Int], _ values: [Float]) -> [UInt8] {
    array("<f4", shape, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
  }

  static func bytes(_ shape: [Int], _ values: [UInt8]) -> [UInt8] { array("|u1", shape, values) }

  static func archive(_ arrays: KeyValuePairs<String, [UInt8]>) throws -> [UInt8] {
    var writer = ZipWriter(path: "x.npz")
    for (name, bytes) in arrays { try writer.add("\(name).npy", bytes) }
    return try writer.archive()
  }
}

@Suite("NumPy archives")
struct NPZTests {
  static func golden(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Golden", withExtension: nil)).appending(path: name).path
  }

  /// A source with its file, which exists as long as the directory.
  static func source(_ arrays: KeyValuePairs<String, [UInt8]>) throws -> (NPZSource, TemporaryDirectory) {
    let directory = try TemporaryDirectory()
    return (NPZSource(file: try directory.write(try NPZBytes.archive(arrays), to: "mine.npz")), directory)
  }

  static let context = DatasetContext(environment: [:])

  @Test("of every type, byte order, index order and version of NumPy's have the same numbers")
  func types() throws {
    let archive = try NPZFile(path: Self.golden("types.npz"))
    #expect(archive.names.count == 27)
    for name in archive.names {
      let array = try archive.array(name)
      #expect(array.shape == [3, 2], "\(name)")
      #expect(try array.floats() == (name == "bool" ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5]), "\(name)")
      if array.type.kind == .float { continue }
      #expect(try array.labels() == (name == "bool" ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5]), "\(name)")
    }
    #expect(try archive.array("fortran_u1").bytes() == [0, 1, 2, 3, 4, 5])
  }

  @Test("half-precision numbers are read exactly")
  func halves() {
    let values: [(UInt16, Float)] = [
      (0x0000, 0), (0x0001, 0x1p-24), (0x03ff, 0x1.ff8p-15), (0x0400, 0x1p-14), (0x3c00, 1), (0x3c01, 1.0009765625),
      (0xc000, -2), (0x7bff, 65504), (0x7c00, .infinity), (0xfc00, -.infinity),
    ]
    for (bits, value) in values { #expect(StoredNumber.float(half: bits) == value) }
    #expect(StoredNumber.float(half: 0x7e00).isNaN && StoredNumber.float(half: 0x8000).sign == .minus)
  }

  @Test(
    "in the form of Keras' mnist.npz are images of bytes with labels, and have the fingerprint of the same IDX files")
  func images() throws {
    let splits = try NPZSource(file: Self.golden("digits.npz")).load(Self.context)
    let pixels = (0..<60).map { UInt8($0 * 37 % 256) }
    #expect(splits.train.shape == [4, 3, 1] && splits.train.bytes == pixels)
    #expect(splits.train.labels == [3, 1, 0, 2, 3] && splits.test.labels == [2, 3])
    let same = try Dataset(name: "x", shape: [4, 3, 1], images: pixels, labels: [3, 1, 0, 2, 3])
    #expect(splits.train.fingerprint == same.fingerprint)
  }

  @Test("contain vectors, color images, one-hot targets and values to predict")
  func forms() throws {
    let (vectors, first) = try Self.source([
      "x_train": NPZBytes.floats([3, 2], [1, 2, 3, 4, 5, 6]), "y_train": NPZBytes.floats([3], [0.5, -1, 2]),
      "x_test": NPZBytes.floats([1, 2], [7, 8]), "y_test": NPZBytes.floats([1, 1], [3]),
    ])
    let splits = try vectors.load(Self.context)
    #expect(splits.train.input == Field(shape: [2], element: .float32) && splits.train.floats == [1, 2, 3, 4, 5, 6])
    #expect(splits.train.target == Field(shape: [1], element: .float32) && splits.train.targetValues == [0.5, -1, 2])
    #expect(splits.test.targetValues == [3])

    let (images, second) = try Self.source([
      "x_train": NPZBytes.bytes([1, 2, 1, 3], [1, 2, 3, 4, 5, 6]), "y_train": NPZBytes.floats([1, 3], [0, 1, 0]),
    ])
    let train = try images.load(.train, Self.context)
    #expect(train.input == Field(shape: [2, 1, 3], element: .uint8) && train.target?.shape == [3])
    #expect(train.classIndex(0, of: 3) == 1)

    // Integers that are not valid labels are values; booleans are labels.
    let (integers, third) = try Self.source([
      "x_train": NPZBytes.bytes([2, 1], [1, 2]), "y_train": NPZBytes.array("|i1", [2], [0xff, 3]),
      "x_test": NPZBytes.bytes([2], [1, 2]), "y_test": NPZBytes.array("|b1", [2, 1], [1, 0]),
    ])
    #expect(try integers.load(.train, Self.context).targetValues == [-1, 3])
    #expect(try integers.load(.test, Self.context).labels == [1, 0])
    #expect(try integers.load(Self.context).train.shape == [1])
    withExtendedLifetime([first, second, third]) {}
  }

  @Test("without test data need a validation split, which uses the last samples")
  func validation() throws {
    let (source, directory) = try Self.source([
      "x_train": NPZBytes.floats([5, 1], [1, 2, 3, 4, 5]), "y_train": NPZBytes.bytes([5], [0, 1, 2, 3, 4]),
    ])
    #expect {
      try source.load(Self.context)
    } throws: {
      "\($0)" == "\(directory.path)/mine.npz: has no test data. Add the arrays x_test and y_test, or reserve a part of "
        + "the training data (fit.validation_split: 0.2)."
    }
    let splits = try source.load(Self.context, samples: SampleSettings(validationSplit: 0.3))
    #expect(splits.train.labels == [0, 1, 2] && splits.validation.labels == [3, 4] && splits.test.labels == [3, 4])
    #expect(!splits.hasTest && splits.hasOwnValidation && splits.validation.name == "npz (validation)")
    #expect(try splits.validation.floats == [4, 5] && splits.validation.input(0) == [4])
  }

  @Test("may have inputs without targets for prediction")
  func unlabeled() throws {
    let (source, directory) = try Self.source(["x_test": NPZBytes.floats([2, 2], [1, 2, 3, 4])])
    let inputs = try source.loadInputs(.test, Self.context)
    #expect(inputs.count == 2 && inputs.target == nil && inputs.target(0) == nil)
    withExtendedLifetime(directory) {}
  }

  static let wrong: [(arrays: KeyValuePairs<String, [UInt8]>, message: String)] = [
    (
      ["x": NPZBytes.floats([1], [1]), "y": NPZBytes.floats([1], [1])],
      "has no array 'x_train'; it has x, y. Write it with numpy.savez(file, x_train=…, y_train=…, x_test=…, y_test=…)."
    ),
    (
      ["x_train": NPZBytes.floats([2, 1], [1, 2]), "y_train": NPZBytes.floats([3], [1, 2, 3])],
      "array 'y_train': has 3 samples, but 'x_train' has 2; use arrays that belong together."
    ),
    (
      ["x_train": NPZBytes.floats([0, 4], []), "y_train": NPZBytes.floats([0], [])],
      "array 'x_train': is empty: its shape is (0, 4)."
    ),
    (
      ["x_train": NPZBytes.floats([1, 1, 1, 1, 1], [1]), "y_train": NPZBytes.floats([1], [1])],
      "array 'x_train': has the shape (1, 1, 1, 1, 1); inputs are vectors (samples, n), or images (samples, height, width) "
        + "or (samples, height, width, channels)."
    ),
    (
      ["x_train": NPZBytes.floats([2, 1], [1, .infinity]), "y_train": NPZBytes.floats([2], [1, 2])],
      "array 'x_train': sample 1 holds inf as a 32-bit number; replace or leave out what is not finite."
    ),
    (
      ["x_train": NPZBytes.array("<f4", [2, 2], [0, 0, 0]), "y_train": NPZBytes.floats([2], [1, 2])],
      "array 'x_train': is truncated: it holds 3 bytes of numbers, its shape (2, 2) needs 16 bytes."
    ),
    (
      ["x_train": NPZBytes.array("<f4", [1], [0, 0, 0, 0, 0]), "y_train": NPZBytes.floats([1], [1])],
      "array 'x_train': is too long: it holds 5 bytes of numbers, its shape (1,) needs 4 bytes."
    ),
    (
      ["x_train": Array("no array at all".utf8), "y_train": NPZBytes.floats([1], [1])],
      "array 'x_train': is no NumPy array (.npy)."
    ),
    (
      ["x_train": NPZBytes.array("<f4", [1 << 40, 1 << 40], [0]), "y_train": NPZBytes.floats([1], [1])],
      "array 'x_train': has the invalid shape (1099511627776, 1099511627776)."
    ),
    (
      ["x_train": NPZBytes.array(header: "{'descr': '<f4', 'shape': (1,)}", [0, 0, 0, 0])],
      "array 'x_train': has a header without 'fortran_order'."
    ),
    (
      ["x_train": NPZBytes.array(header: "__import__('os')", [])],
      "array 'x_train': has a header that is not a Python dictionary."
    ),
    (
      ["x_train": NPZBytes.array(header: "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", [])],
      "array 'x_train': has a header that is not a Python dictionary."
    ),
    (
      ["x_train": NPZBytes.array(header: "{}", version: 4, [])],
      "array 'x_train': has format version 4.0; 1.0 to 3.0 are supported."
    ),
    (
      ["x_train": NPZBytes.array(header: String(repeating: "(", count: 9000), [])],
      "array 'x_train': has a header that is not a Python dictionary."
    ),
  ]

  @Test("that cannot be used are refused with the file, the array and the reason", arguments: wrong.indices)
  func refused(index: Int) throws {
    let (source, directory) = try Self.source(Self.wrong[index].arrays)
    #expect {
      try source.load(.train, Self.context)
    } throws: {
      "\($0)" == "\(directory.path)/mine.npz: \(Self.wrong[index].message)"
    }
  }

  static let typeMistakes: [String: String] = [
    "objects": "contains Python objects (pickled), which are not read; convert it to an array of numbers",
    "strings": "contains strings (<U2); convert them to labels, from 0",
    "bytes": "contains strings (|S2); convert them to labels, from 0",
    "complex": "contains complex numbers (<c16); convert them to real ones",
    "dates": "contains dates or times (<M8[D]); convert them to numbers",
    "records": "contains records; save each field as a separate array",
    "long":
      "contains numbers of the type <f16; convert them (astype) to one of bool, int8 to int64, uint8 to uint64, float16, "
      + "float32, float64",
  ]

  @Test("with unsupported types are refused with advice", arguments: typeMistakes.keys.sorted())
  func refusedTypes(name: String) throws {
    let archive = try NPZFile(path: Self.golden("refused.npz"))
    #expect {
      try archive.array(name)
    } throws: {
      "\($0)".hasSuffix("refused.npz: array '\(name)': \(Self.typeMistakes[name] ?? "").")
    }
  }

  @Test(
    "are distinguished from other files",
    arguments: [
      ([], "empty."),
      (Array("name: x\n".utf8), "a text"),
      (
        [0x93] + Array("NUMPY".utf8) + [1, 0],
        "a NumPy array (.npy), not a NumPy archive (.npz); write it with numpy.savez("
      ),
      ([0x89] + Array("HDF\r\n".utf8), "an HDF5 file, not a NumPy archive (.npz); write it with numpy.savez("),
      ([0x1f, 0x8b, 8], "a gzip file, not a NumPy archive (.npz); unpack it first."),
      ([1, 2, 3, 4], "a file of an unknown format, not a NumPy archive (.npz); write it with numpy.savez("),
    ] as [([UInt8], String)])
  func otherFiles(bytes: [UInt8], message: String) {
    #expect {
      try NPZFile(bytes, path: "mine.npz")
    } throws: {
      "\($0)".hasPrefix("mine.npz: \(message)")
    }
  }

  @Test("that are corrupt are refused or read without a crash: 4,000 flipped bits and all truncations")
  func damage() throws {
    for name in ["digits.npz", "types.npz"] {
      let good = try Array(Data(contentsOf: URL(filePath: Self.golden(name))))
      var bytes = good
      func read(_ bytes: [UInt8]) {
        guard let archive = try? NPZFile(bytes, path: name) else { return }
        for array in archive.names.prefix(8) { _ = try? archive.array(array).floats() }
        for split in DatasetSplit.published {
          guard let data = try? NPZSource(file: name).load(split, of: archive, name: name, Self.context) else {
            continue
          }
          #expect((try? data.input(data.count - 1))?.allSatisfy { $0.isFinite } ?? false)
        }
      }
      for index in 0..<2000 {
        let bit = index * 40_009 % (8 * good.count)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        read(bytes)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      for count in stride(from: 0, to: good.count, by: max(good.count / 500, 1)) {
        #expect(throws: (any Error).self) { try NPZFile(Array(good.prefix(count)), path: name) }
      }
    }
  }

  @Test("with corrupt headers are refused, or have as many values as bytes")
  func damagedHeaders() throws {
    let good = NPZBytes.floats([2, 3], [1, 2, 3, 4, 5, 6])
    for position in good.indices.dropLast(24) {
      for byte in UInt8.min...UInt8.max {
        var bytes = good
        bytes[position] = byte
        guard let array = try? NumPyArray(bytes, place: "x") else { continue }
        #expect(array.header.valueCount * array.type.size == bytes.count - array.header.count)
        _ = try? array.floats()
      }
    }
  }
}
