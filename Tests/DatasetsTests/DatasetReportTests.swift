import Tensors
import Testing

@testable import Datasets

@Suite("The report on a data set")
struct DatasetReportTests {
  /// Images of 2x2 pixels and 1 channel, all different: sample i has the pixels 4i, 4i + 1, 4i + 2, 4i + 3.
  static func images(_ count: Int, from first: Int = 0) -> [UInt8] {
    (first..<first + count).flatMap { image in (0..<4).map { UInt8((4 * image + $0) % 256) } }
  }

  static func data(
    _ images: [UInt8], _ labels: [Int32], classNames: [String]? = nil, name: String = "planted"
  ) throws -> Dataset {
    try Dataset(
      name: name, shape: [2, 2, 1], inputs: .bytes(images), targets: .labels(labels), classNames: classNames)
  }

  static func report(_ train: Dataset, _ test: Dataset? = nil) throws -> DatasetReport {
    try DatasetReport([DatasetPart(.train, train)] + (test.map { [DatasetPart(.test, $0)] } ?? []))
  }

  @Test("finds nothing in good data")
  func good() throws {
    let report = try Self.report(
      Self.data(Self.images(6), [0, 1, 2, 0, 1, 2]), Self.data(Self.images(3, from: 6), [2, 1, 0]))
    #expect(report.findings.isEmpty)
    #expect(report.labels == [0, 1, 2])
  }

  /// A planted fault and what is found.
  struct Fault: Sendable, CustomTestStringConvertible {
    let kind: DatasetFinding.Kind
    let train: @Sendable () throws -> Dataset
    var test: (@Sendable () throws -> Dataset)?
    let count: Int
    let summary: String
    let examples: [String]

    var testDescription: String { kind.rawValue }
  }

  static let faults: [Fault] = [
    Fault(
      kind: .conflictingTargets, train: { try data(images(3) + images(1), [0, 1, 2, 1]) }, count: 1,
      summary: "1 input has more than one target, in 2 samples.", examples: ["train 0 (label 0) = train 3 (label 1)"]),
    Fault(
      kind: .conflictingTargets, train: { try data(images(3), [0, 1, 2], classNames: ["a", "b", "c"]) },
      test: { try data(images(2, from: 5) + images(1, from: 1), [0, 1, 2]) }, count: 1,
      summary: "1 input has more than one target, in 2 samples.",
      examples: ["train 1 (label 1 (b)) = test 2 (label 2)"]),
    Fault(
      kind: .sharedSamples, train: { try data(images(3), [0, 1, 2]) },
      test: { try data(images(4, from: 1), [1, 2, 0, 0]) },
      count: 2, summary: "2 of the 4 samples of test are in train too.",
      examples: ["train 1 (label 1) = test 0 (label 1)", "train 2 (label 2) = test 1 (label 2)"]),
    Fault(
      kind: .repeatedSamples,
      train: { try data(images(3) + images(2, from: 1) + images(1, from: 1), [0, 1, 2, 1, 2, 1]) },
      count: 3, summary: "3 samples repeat an input of their part.",
      examples: [
        "train 1 (label 1) = train 3 (label 1) = train 5 (label 1)", "train 2 (label 2) = train 4 (label 2)",
      ]),
    Fault(
      kind: .constantSamples, train: { try data(images(2) + [7, 7, 7, 7], [0, 1, 0]) }, count: 1,
      summary: "1 image has the same value everywhere in train.", examples: ["train 2 (label 0)"]),
    Fault(
      kind: .nonfiniteSamples,
      train: {
        // A decoder's values are not checked when it is created.
        try Dataset(
          name: "planted", shape: [2], storage: .decoded(NonfiniteDecoder()), count: 3, targets: .labels([0, 1, 0]),
          digests: SampleDigests(description: "", bytes: [], files: (0..<3).map { "pictures/\($0).png" }))
      }, count: 1, summary: "1 input has a value that is NaN or infinite in train.",
      examples: ["train 1 (pictures/1.png, label 1)"]),
    Fault(
      kind: .unnamedClasses, train: { try data(images(3), [0, 1, 2], classNames: ["cat", "dog"]) }, count: 1,
      summary: "1 class beyond the 2 class names.", examples: ["label 2"]),
    Fault(
      kind: .untrainedClasses, train: { try data(images(3), [0, 1, 0], classNames: ["cat", "dog", "owl"]) },
      test: { try data(images(3, from: 5), [0, 1, 2]) }, count: 1, summary: "1 class in test but not in train.",
      examples: ["label 2 (owl)"]),
    Fault(
      kind: .unevaluatedClasses, train: { try data(images(3), [0, 1, 2]) },
      test: { try data(images(2, from: 5), [0, 1]) },
      count: 1, summary: "1 class in train but not in test.", examples: ["label 2"]),
    Fault(
      kind: .rareClasses, train: { try data(images(50), (0..<50).map { $0 < 48 ? Int32($0 % 2) : 2 }) }, count: 0,
      summary: "", examples: []),
    Fault(
      kind: .rareClasses, train: { try data(images(50), (0..<50).map { $0 < 49 ? Int32($0 % 2) : 2 }) }, count: 1,
      summary: "1 class with less than a tenth of the 16 training samples of an even division.",
      examples: ["label 2: 1"]),
    Fault(
      kind: .emptyClasses, train: { try data(images(3), [0, 3, 3]) }, count: 2,
      summary: "2 classes without samples in any part.", examples: ["label 1", "label 2"]),
    Fault(
      kind: .constantChannels,
      train: {
        try Dataset(name: "planted", shape: [3], inputs: [0, 5, 1, 2, 5, 3, 4, 5, 1.5] as [Float], labels: [0, 1, 0])
      },
      count: 1, summary: "1 value of 3 the same in all training samples.", examples: ["value 1: 5.0"]),
  ]

  @Test("finds planted faults", arguments: faults)
  func planted(fault: Fault) throws {
    let report = try Self.report(fault.train(), fault.test?())
    let found = report.findings.filter { $0.kind == fault.kind }
    guard fault.count > 0 else {
      #expect(found.isEmpty)
      return
    }
    let finding = try #require(found.first)
    #expect(found.count == 1)
    #expect((finding.count, finding.summary) == (fault.count, fault.summary))
    #expect(finding.examples == fault.examples)
    #expect((fault.kind.isProblem ? report.problems : report.remarks).contains(finding))
  }

  @Test("names the first examples of many")
  func limit() throws {
    let report = try Self.report(Self.data([UInt8](repeating: 9, count: 4 * 40), [Int32](repeating: 0, count: 40)))
    let constant = try #require(report.problems.first { $0.kind == .constantSamples })
    #expect((constant.count, constant.examples.count) == (40, 10))
    let repeated = try #require(report.remarks.first { $0.kind == .repeatedSamples })
    #expect(repeated.count == 39)
    #expect(repeated.examples[0].hasSuffix(" = train 5 (label 0) = … (40 samples)"))
  }

  @Test("has the mean and deviation of each channel, also far from 0")
  func statistics() throws {
    let values: [Float] = [1e6, -1, 1e6 + 2, 1, 1e6 + 4, 3, 1e6 + 6, 5]
    let statistics = try DatasetStatistics(
      Dataset(name: "x", shape: [1, 2, 2], inputs: values, labels: [0, 3]))
    #expect(statistics.channels.map(\.mean) == [1e6 + 3, 2])
    let deviation = 5.0.squareRoot()
    #expect(statistics.channels.allSatisfy { abs($0.deviation - deviation) < 1e-9 })
    #expect(statistics.channels.map(\.minimum) == [1e6, -1] && statistics.channels.map(\.maximum) == [1e6 + 6, 5])
    let all = statistics.values
    #expect(all.count == 8 && abs(all.mean - 500_002.5) < 1e-6 && abs(all.deviation - 500_000.500005) < 1e-3)
    #expect(statistics.classes?.map(\.label) == [0, 3] && statistics.targets.isEmpty)
    let regression = try DatasetStatistics(
      Dataset(name: "x", shape: [1], inputs: [0, 1, 2] as [Float], targets: [1, 2, 6], targetShape: [1]))
    #expect(regression.classes == nil && regression.targets.map(\.mean) == [3])
    let sampled = try DatasetStatistics(
      Dataset(name: "x", shape: [1], inputs: (0..<10).map(Float.init), labels: Array(0..<10)), limit: 5)
    #expect(sampled.values.count == 5 && sampled.classes?.count == 10)
  }

  @Test("counts one-hot rows as classes")
  func oneHot() throws {
    let statistics = try DatasetStatistics(
      Dataset(name: "x", shape: [1], inputs: [0, 1, 2] as [Float], targets: [0, 1, 1, 0, 0, 1], targetShape: [2]))
    #expect(statistics.classes?.map(\.count) == [1, 2])
  }
}

private struct NonfiniteDecoder: InputDecoder {
  let element = Field.Element.float32
  let count = 3

  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) {
    input.storeBytes(of: Float(sample), as: Float.self)
    input.storeBytes(of: sample == 1 ? .nan : 2, toByteOffset: 4, as: Float.self)
  }

}
