import Configuration
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Datasets

/// The files of `Golden/make_arrays.py`, made by numpy and h5py.
@Suite("Arrays in files")
struct ArraySourceTests {
  static let context = DatasetContext(environment: [:])

  static func golden(_ name: String) throws -> String { try NPZTests.golden(name) }

  /// Paths of HDF5 datasets in a group.
  static func paths(_ group: String, inputs: String = "x_train", targets: String = "y_train") -> ArrayPaths {
    ArrayPaths(
      trainInputs: "/\(group)/\(inputs)", trainTargets: "/\(group)/\(targets)", testInputs: "/\(group)/x_test",
      testTargets: "\(group)/y_test")
  }

  static func hdf5(_ group: String, inputs: String = "x_train", targets: String = "y_train") throws -> Dataset {
    try HDF5Source(file: golden("arrays.h5"), paths: paths(group, inputs: inputs, targets: targets))
      .load(.train, context)
  }

  static func npy(_ inputs: String, _ targets: String = "labels.npy") throws -> Dataset {
    try NPYSource(paths: ArrayPaths(trainInputs: golden(inputs), trainTargets: golden(targets))).load(.train, context)
  }

  static let images: [(name: String, isMapped: Bool, load: @Sendable () throws -> Dataset)] = [
    (
      "IDX", true,
      { try IDXSource(trainImages: golden("images.idx"), trainLabels: golden("labels.idx")).load(.train, context) }
    ),
    ("npz", true, { try NPZSource(file: golden("arrays.npz")).load(.train, context) }),
    ("deflated npz", false, { try NPZSource(file: golden("arrays-deflated.npz")).load(.train, context) }),
    ("64-bit npz", true, { try NPZSource(file: golden("zip64.npz")).load(.train, context) }),
    ("npy", true, { try npy("images.npy") }),
    ("HDF5", true, { try hdf5("plain") }),
    ("chunked HDF5", false, { try hdf5("chunked") }),
    ("compressed HDF5", false, { try hdf5("packed") }),
    ("compact HDF5", false, { try hdf5("compact") }),
  ]

  @Test(
    "have the same images, labels and fingerprint in every format, mapped where they are uncompressed",
    arguments: images.indices)
  func sameImages(index: Int) throws {
    let pixels = (0..<7 * 24).map { UInt8($0 * 37 % 256) }
    let labels: [Int32] = [3, 1, 0, 2, 3, 1, 2]
    let memory = try Dataset(name: "memory", shape: [4, 3, 2], images: pixels, labels: labels)
    let form = Self.images[index]
    var data = try form.load()
    // Without weights, which only some formats have.
    data = try Dataset(
      name: data.name, shape: data.shape, storage: data.storage, count: data.count, targets: data.targets)
    #expect(data.shape == [4, 3, 2] && data.bytes == pixels && data.labels == labels, "\(form.name)")
    #expect(data.fingerprint == memory.fingerprint, "\(form.name)")
    var isMapped = false
    if case .mapped = data.storage { isMapped = true }
    #expect(isMapped == form.isMapped, "\(form.name)")
    // A part, too.
    #expect(data.prefix(3).fingerprint == memory.prefix(3).fingerprint)
    #expect(try data.split(validation: 0.5).validation.bytes == Array(pixels[(3 * 24)...]))
  }

  @Test("have the same floats in every format")
  func sameFloats() throws {
    let values = (0..<35).map { Float($0 * 13 % 17) / 8 - 1 }
    let all = [
      try Self.npy("floats.npy"), try Self.npy("fortran.npy"), try Self.hdf5("plain", inputs: "floats"),
      try Self.hdf5("chunked", inputs: "floats"), try Self.hdf5("packed", inputs: "floats"),
    ]
    for data in all {
      #expect(data.floats == values && data.shape == [5])
      #expect(data.fingerprint == all[0].fingerprint)
      #expect(try data.input(6) == Array(values[30...]))
    }
  }

  @Test("may have one-hot and float targets", arguments: ["plain", "chunked", "packed"])
  func targets(group: String) throws {
    let oneHot = try Self.hdf5(group, targets: "one_hot")
    #expect(oneHot.target?.shape == [4] && oneHot.classIndex(3, of: 4) == 2)
    #expect(try Self.hdf5(group, targets: "values").targetValues == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5])
  }

  @Test("may have a validation part and sample weights")
  func partsAndWeights() throws {
    let weights: [Float] = [1, 2, 0, 0.5, 1, 1, 4]
    let splits = try NPZSource(file: Self.golden("arrays.npz")).load(Self.context)
    #expect(splits.train.sampleWeights == weights && splits.test.sampleWeights == [1, 2, 3])
    #expect(splits.validation.labels == [0, 2, 3] && splits.hasOwnValidation && splits.hasTest)
    let source = HDF5Source(
      file: try Self.golden("arrays.h5"),
      paths: ArrayPaths(
        trainInputs: "/plain/x_train", trainTargets: "/plain/y_train", trainWeights: "/packed/w_train",
        validationInputs: "/plain/x_val", validationTargets: "/plain/y_val"))
    let own = try source.load(Self.context)
    #expect(own.train.sampleWeights == weights && !own.hasTest && own.validation.count == 3)
    #expect(own.train.fingerprint == splits.train.fingerprint)
    #expect(own.validation.fingerprint == splits.validation.fingerprint)
  }

  @Test("of every type and byte order have the same numbers in HDF5")
  func types() throws {
    let arrays = try HDF5Arrays(path: Self.golden("types.h5"))
    for group in ["little", "big", "little_packed", "big_packed"] {
      for type in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"] {
        let array = try arrays.array("/\(group)/\(type)")
        #expect(array.shape == [3, 2] && array.type.isBigEndian == (group.hasPrefix("big") && array.type.size > 1))
        #expect(try array.floats() == [0, 1, 2, 3, 4, 5], "\(group)/\(type)")
        if array.type.kind == .float { continue }
        #expect(try array.labels() == [0, 1, 2, 3, 4, 5], "\(group)/\(type)")
        if type == "u1" { #expect(try array.bytes() == [0, 1, 2, 3, 4, 5]) }
      }
    }
    let bool = try arrays.array("bool")
    #expect(try bool.type.kind == .bool && bool.labels() == [0, 1, 0, 1, 0, 1])
  }

  @Test("that are enumerations are their numbers, except Booleans", arguments: ["earliest", "latest"])
  func enumerations(version: String) throws {
    let arrays = try HDF5Arrays(path: Self.golden("enumerations-\(version).h5"))
    for (name, kind) in [("u1", StoredNumber.Kind.unsigned), ("i1", .signed), ("i2", .signed), (">u4", .unsigned)] {
      let array = try arrays.array("colors/\(name)")
      #expect(try array.type.kind == kind && array.labels() == [0, 1, 2, 5, 2, 1, 0, 5], "\(name)")
      #expect(try array.floats() == [0, 1, 2, 5, 2, 1, 0, 5], "\(name)")
    }
    #expect(try arrays.array("colors/u1").bytes() == [0, 1, 2, 5, 2, 1, 0, 5])
    for name in ["bool", "TRUE first", "base u1", "other names", "other numbers", "two bytes"] {
      let array = try arrays.array("two/\(name)")
      let isBool = ["bool", "TRUE first", "base u1"].contains(name)
      #expect(try (array.type.kind == .bool) == isBool && array.labels() == [0, 1, 1, 0], "\(name)")
    }
  }

  @Test("are read row by row, in any order", arguments: ["plain", "chunked", "packed"])
  func rows(group: String) throws {
    let array = try HDF5Arrays(path: Self.golden("arrays.h5")).array("/\(group)/x_train")
    let all = try array.bytes()
    for first in 0..<7 {
      for last in first..<7 {
        var part = [UInt8](repeating: 0, count: (last - first) * 24)
        try part.withUnsafeMutableBytes { try array.read(rows: first..<last, into: $0) }
        #expect(part == Array(all[first * 24..<last * 24]))
      }
    }
    let deflated = try NPZFile(path: Self.golden("arrays-deflated.npz")).array("x_train")
    for row in [3, 1, 6, 5, 0] {
      var part = [UInt8](repeating: 0, count: 24)
      try part.withUnsafeMutableBytes { try deflated.read(rows: row..<row + 1, into: $0) }
      #expect(part == Array(all[row * 24..<(row + 1) * 24]))
    }
  }

  // MARK: - Faults

  static let faults: [(load: @Sendable () throws -> Dataset, message: String)] = [
    (
      { try hdf5("plain", inputs: "x_tain") },
      "arrays.h5: has no dataset '/plain/x_tain'; did you mean '/plain/x_train'? it has /chunked/floats, "
    ),
    ({ try hdf5("elsewhere") }, "arrays.h5: has no dataset '/elsewhere/x_train'; did you mean '/"),
    (
      {
        try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "plain", trainTargets: "labels")).load(
          .train, context)
      },
      "arrays.h5: '/plain' is a group, not a dataset; it has /plain/floats, "
    ),
    (
      {
        try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "nan", trainTargets: "plain/y_train"))
          .load(.train, context)
      },
      "arrays.h5: /plain/y_train: has 7 samples, but '/nan' has 2; use arrays that belong together."
    ),
    (
      {
        try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "nan", trainTargets: "packed_nan"))
          .load(.train, context)
      },
      "arrays.h5: /packed_nan: sample 1 holds inf as a 32-bit number; replace or leave out what is not finite."
    ),
    (
      { try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(testInputs: "nan")).loadInputs(.test, context) },
      "arrays.h5: /nan: sample 1 holds nan as a 32-bit number; replace or leave out what is not finite."
    ),
    (
      {
        try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "texts", trainTargets: "nan")).load(
          .train, context)
      },
      "arrays.h5: /texts: expected numbers, found text."
    ),
    (
      {
        try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "complex", trainTargets: "nan")).load(
          .train, context)
      },
      "arrays.h5: /complex: expected numbers, found compound values, such as records or complex numbers."
    ),
    (
      {
        try HDF5Source(file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "empty", trainTargets: "empty")).load(
          .train, context)
      },
      "arrays.h5: /empty: is empty: its shape is (0, 3)."
    ),
    (
      { try HDF5Source(file: golden("arrays.npz"), paths: paths("x")).load(.train, context) },
      "arrays.npz: a NumPy archive (.npz), not an HDF5 file."
    ),
    (
      {
        try HDF5Source(
          file: golden("arrays.h5"), paths: ArrayPaths(trainInputs: "plain/x_train", trainTargets: "plain/y_train")
        ).load(.test, context)
      },
      "data: has no test data. Name test_inputs and test_targets, or reserve a part of the training data "
        + "(fit.validation_split: 0.2)."
    ),
    (
      { try npy("arrays.npz") },
      "arrays.npz: a NumPy archive (.npz), not a NumPy array (.npy); write it with numpy.save("
    ),
    (
      { try npy("objects.npy") },
      "objects.npy: contains Python objects (pickled), which are not read; convert it to an array of numbers."
    ),
    (
      { try NPZSource(file: golden("objects.npz")).load(.train, context) },
      "objects.npz: array 'x_train': contains Python objects (pickled), which are not read; convert it to an array of "
    ),
    (
      { try IDXSource(trainImages: golden("images.npy"), trainLabels: golden("labels.idx")).load(.train, context) },
      "images.npy: a NumPy array (.npy), not an IDX file of images"
    ),
  ]

  @Test("that cannot be used are refused with the file, the array and the reason", arguments: faults.indices)
  func refused(index: Int) {
    let fault = Self.faults[index]
    let error = #expect(throws: (any Error).self) { try fault.load() }
    #expect(error.map { "\($0)".contains(fault.message) } ?? false, "\(error.map { "\($0)" } ?? "")")
  }

  static let optionFaults: [(entries: [(String, String)], message: String)] = [
    ([("train_targets", "y.npy")], "train_inputs"),
    ([("test_inputs", "x.npy"), ("train_weights", "w.npy")], "train_inputs"),
    ([("train_inputs", "x.npy"), ("cache", "ram")], "ram"), ([], "train_inputs"),
  ]

  @Test("have options with clear errors", arguments: optionFaults.indices)
  func options(index: Int) throws {
    let entries = Self.optionFaults[index].entries.map { ConfigurationEntry($0, ConfigurationNode(.string($1))) }
    let reader = try ConfigurationReader(
      ConfigurationNode(.mapping(entries)), path: "data", keys: NPYSource.optionKeys)
    let error = #expect(throws: ConfigurationError.self) { try NPYSource(options: reader) }
    #expect(error.map { "\($0)".contains(Self.optionFaults[index].message) } ?? false)
  }

  @Test("have the options that they were read from")
  func sameOptions() throws {
    let entries = [
      ("file", "x.h5"), ("train_inputs", "/x"), ("test_targets", "/y"), ("test_inputs", "/z"), ("cache", "disk"),
    ]
    let node = ConfigurationNode(.mapping(entries.map { ConfigurationEntry($0, ConfigurationNode(.string($1))) }))
    let source = try HDF5Source(
      options: ConfigurationReader(node, path: "data", keys: HDF5Source.optionKeys))
    #expect(source.options.map(\.key) == ["file", "train_inputs", "test_inputs", "test_targets", "cache"])
    #expect(source.inDirectory("/d")?.file == "/d/x.h5" && source.missingTestKey == nil)
  }

  @Test("larger than memory are converted once into a mapped file of the cache", arguments: ["chunked", "packed"])
  func diskCache(group: String) throws {
    let directory = try TemporaryDirectory()
    let context = DatasetContext(environment: ["XDG_CACHE_HOME": directory.path])
    var paths = Self.paths(group)
    let memory = try HDF5Source(file: Self.golden("arrays.h5"), paths: paths).load(.train, context)
    let cached = try HDF5Source(file: Self.golden("arrays.h5"), paths: paths, cache: .disk).load(.train, context)
    guard case .mapped(let inputs) = cached.storage else {
      Issue.record("not mapped")
      return
    }
    #expect(inputs.file.path.hasPrefix("\(directory.path)/martlet/decoded/"))
    #expect(cached.bytes == memory.bytes && cached.fingerprint == memory.fingerprint)
    paths = Self.paths(group, inputs: "floats")
    let floats = try HDF5Source(file: Self.golden("arrays.h5"), paths: paths, cache: .disk).load(.train, context)
    #expect(
      try floats.fingerprint
        == HDF5Source(file: Self.golden("arrays.h5"), paths: paths).load(.train, context).fingerprint)
    #expect(try AtomicFile.names(in: "\(directory.path)/martlet/decoded").filter { !$0.hasPrefix(".") }.count == 2)
    // Values that are not finite leave no file.
    let bad = HDF5Source(file: try Self.golden("arrays.h5"), paths: ArrayPaths(testInputs: "packed_nan"), cache: .disk)
    #expect(throws: DatasetError.self) { try bad.loadInputs(.test, context) }
    #expect(try AtomicFile.names(in: "\(directory.path)/martlet/decoded").filter { !$0.hasPrefix(".") }.count == 2)
  }
}
