import Tensors
import Testing

@testable import Datasets

@Suite("Samples of a run")
struct SampleSettingsTests {
  /// 60 samples of class 0, 30 of class 1 and 10 of class 2, sorted by class; the input is the index.
  private static func data(_ classNames: [String]? = nil) throws -> Dataset {
    let labels = [Int32](repeating: 0, count: 60) + [Int32](repeating: 1, count: 30) + [Int32](repeating: 2, count: 10)
    return try Dataset(
      name: "mine (train)", shape: [1], inputs: .bytes((0..<100).map { UInt8($0) }), targets: .labels(labels),
      classNames: classNames)
  }

  private static func prepared(_ settings: SampleSettings, _ data: Dataset? = nil) throws -> DatasetSplits {
    let data = try data ?? Self.data()
    return try DatasetParts(train: data, test: data).prepared(settings, noTestData: .noSamples(name: "none"))
  }

  private static func counts(_ data: Dataset) -> [Int] {
    (0..<3).map { label in (data.labels ?? []).count { $0 == label } }
  }

  private static func inputs(_ data: Dataset) throws -> [Float] { try (0..<data.count).map { try data.input($0)[0] } }

  @Test("are split by class without overlap, in the order of the data")
  func stratified() throws {
    let splits = try Self.prepared(SampleSettings(validationSplit: 0.2, stratifies: true))
    #expect(Self.counts(splits.train) == [48, 24, 8] && Self.counts(splits.validation) == [12, 6, 2])
    let (train, validation) = (try Self.inputs(splits.train), try Self.inputs(splits.validation))
    #expect(train == train.sorted() && validation == validation.sorted())
    #expect(Set(train + validation).count == 100)
    // The last part is another draw.
    let last = try Self.prepared(SampleSettings(validationSplit: 0.2))
    #expect(Self.counts(last.validation) == [0, 10, 10])
    #expect(last.validation.fingerprint != splits.validation.fingerprint)
  }

  @Test("may be a subset with the same share of each class")
  func subset() throws {
    for subset in [SampleSettings.Subset.count(20), .fraction(0.2)] {
      let splits = try Self.prepared(SampleSettings(subset: subset))
      #expect(Self.counts(splits.train) == [12, 6, 2] && Self.counts(splits.test) == [12, 6, 2])
    }
    #expect(throws: DatasetError.subsetTooLarge(name: "mine (train)", samples: 100, 101)) {
      try Self.prepared(SampleSettings(subset: .count(101)))
    }
  }

  @Test("of rare classes are repeated until all classes have as many")
  func oversampling() throws {
    let splits = try Self.prepared(SampleSettings(oversamples: true))
    #expect(Self.counts(splits.train) == [60, 60, 60] && splits.test.count == 100)
    #expect(try Set(Self.inputs(splits.train)).count == 100)
  }

  /// Targets of `binary_crossentropy`: 36 times 0, then 4 times 1.
  private static func binary(_ values: [Float]? = nil) throws -> Dataset {
    let values = values ?? [Float](repeating: 0, count: 36) + [Float](repeating: 1, count: 4)
    return try Dataset(
      name: "mine (train)", shape: [1], inputs: .bytes((0..<UInt8(values.count)).map { $0 }),
      targets: .values(values, shape: [1]))
  }

  @Test("have the classes 0 and 1 if their targets are these numbers")
  func binaryClasses() throws {
    #expect(try Self.prepared(SampleSettings(oversamples: true), Self.binary()).train.count == 72)
    let split = try Self.prepared(SampleSettings(validationSplit: 0.25, stratifies: true), Self.binary())
    #expect(split.validation.targetValues?.reduce(0, +) == 1)
    let subset = try Self.prepared(SampleSettings(subset: .fraction(0.5)), Self.binary())
    #expect(subset.train.targetValues?.reduce(0, +) == 2)
  }

  @Test(
    "have no classes if their targets are other numbers",
    arguments: [
      SampleSettings(oversamples: true), SampleSettings(validationSplit: 0.5, stratifies: true),
      SampleSettings(classWeight: .balanced),
    ])
  func numbers(settings: SampleSettings) throws {
    let key = settings.oversamples ? "oversample" : settings.classWeight == nil ? "stratify" : "class_weight"
    #expect(throws: DatasetError.noClasses(name: "mine (train)", key: "fit.\(key)")) {
      try Self.prepared(settings, Self.binary([0, 2, 1, 0]))
    }
  }

  @Test("have classes of any labels")
  func largeLabels() throws {
    let data = try Dataset(
      name: "mine", shape: [1], inputs: .bytes([0, 1, 2]), targets: .labels([.max, 5, .max]))
    #expect(data.samplesByClass == [[1], [0, 2]])
    #expect(try Self.prepared(SampleSettings(oversamples: true), data).train.count == 4)
  }

  @Test("are named once, and all of them")
  func names() throws {
    let data = try Self.data()
    #expect(try data.named(["a", "b", "c"]).classNames == ["a", "b", "c"])
    #expect(try data.named(nil).classNames == nil)
    #expect(throws: DatasetError.classNames(dataset: data.name, names: ["a", "b"], reason: .tooFew(label: 2))) {
      try data.named(["a", "b"])
    }
    let named = try Self.data(["a", "b", "c"])
    #expect(
      throws: DatasetError.classNames(dataset: data.name, names: ["b", "a", "c"], reason: .others(["a", "b", "c"]))
    ) {
      try named.named(["b", "a", "c"])
    }
    #expect(try named.named(["a", "b", "c"]).fingerprint == data.fingerprint)
  }

  /// The names 0, 1, 10, 2 are in byte order: the label of "2" is 3.
  @Test(
    "are weighted by name before label",
    arguments: [
      (["0", "1", "10", "2"], "2", 3), (["0", "1", "10", "2"], "3", nil), (["a", "b"], "1", 1), (["a", "b"], "2", nil),
    ]
      as [([String], String, Int?)])
  func classLabels(names: [String], name: String, label: Int?) { #expect(names.label(ofClass: name) == label) }

  @Test("are weighted by class, the rarest most")
  func balanced() throws {
    let weights = try Self.prepared(SampleSettings(classWeight: .balanced)).train.sampleWeights ?? []
    // scikit-learn: n_samples / (n_classes * bincount(y))
    for (index, expected) in [(0, 100 / 180.0), (60, 100 / 90.0), (99, 100 / 30.0)] {
      #expect(weights[index] == Float(expected))
    }
  }

  @Test("are weighted by name or label; other classes have the weight 1")
  func weights() throws {
    let named = try Self.data(["cat", "dog", "0"])
    let weights =
      try Self.prepared(SampleSettings(classWeight: .values(["dog": 3, "0": 5])), named)
      .train.sampleWeights ?? []
    #expect([weights[0], weights[60], weights[99]] == [1, 3, 5])
    let labeled = try Self.prepared(SampleSettings(classWeight: .values(["1": 3]))).train.sampleWeights ?? []
    #expect([labeled[0], labeled[60], labeled[99]] == [1, 3, 1])
    #expect(throws: DatasetError.unknownClass(dataset: "mine", name: "cow", known: ["cat", "dog", "0"])) {
      try Self.prepared(SampleSettings(classWeight: .values(["cow": 3])), named)
    }
  }

  @Test("that were repeated keep the weight of their class")
  func both() throws {
    let train = try Self.prepared(SampleSettings(oversamples: true, classWeight: .values(["2": 2]))).train
    let weights = train.sampleWeights ?? []
    #expect(zip(train.labels ?? [], weights).allSatisfy { $1 == ($0 == 2 ? 2 : 1) })
  }

  @Test("without classes cannot be balanced")
  func noClasses() throws {
    let data = try Dataset(
      name: "floats", shape: [1], inputs: .floats([1, 2, 3]), targets: .values([0.5, 1, 2], shape: [1]))
    for settings in [
      SampleSettings(classWeight: .balanced), SampleSettings(oversamples: true),
      SampleSettings(validationSplit: 0.4, stratifies: true),
    ] {
      #expect { try Self.prepared(settings, data) } throws: { "\($0)".contains("needs classes") }
    }
  }

  @Test("that have a validation part are not split again")
  func hasValidation() throws {
    let data = try Self.data()
    #expect(throws: DatasetError.hasValidation(name: "mine")) {
      try DatasetParts(train: data, validation: data).prepared(
        SampleSettings(validationSplit: 0.2), noTestData: .noSamples(name: "none"))
    }
  }
}
