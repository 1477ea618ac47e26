import Foundation
import HDF5Reading
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// Models saved by several versions of Keras, and their outputs, produced by `Golden/make_models.py`.
struct KerasGolden {
  /// `keras315-lesson.keras`
  let file: String
  let path: String
  private let expected: HDF5Group

  init(_ file: String) throws {
    self.file = file
    path = try Self.path(file)
    let name = file.split(separator: ".")[0].replacing("-windows", with: "")
    expected = try HDF5File(contentsOf: Self.path("\(name).expected.h5")).root
  }

  /// The path of any file beside the script.
  static func path(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Golden", withExtension: nil)).appending(path: name).path
  }

  /// A good model's contents with changed descriptions.
  static func changed(_ file: String, _ old: String, _ new: String, count: Int = 1) throws -> KerasModelFile {
    let path = try path(file)
    var contents = try KerasContents(Array(Data(contentsOf: URL(filePath: path))), path: "m")
    let before = contents
    contents.model = contents.model?.replacing(old, with: new, maxReplacements: count)
    contents.training = contents.training?.replacing(old, with: new, maxReplacements: count)
    try #require(contents.model != before.model || contents.training != before.training, "\(old) is not in \(file)")
    return KerasModelFile(path: "m", contents: contents)
  }

  /// All files with a model, its weights and its optimizer state.
  static let wholeModels = names { !$0.hasSuffix(".weights.h5") && isTrained($0) }
  /// All files with weights and optimizer state, but no model.
  static let weights = names { $0.hasSuffix(".weights.h5") && !isByOrder($0) }
  /// All weights-only files of Keras 1 and 2.
  static let weightsByOrder = names { $0.hasSuffix(".weights.h5") && isByOrder($0) }
  /// All untrained models, compiled with the name of an optimizer, or not at all.
  static let untrained = names { !isTrained($0) }

  private static func isTrained(_ name: String) -> Bool { !name.contains("-text") && !name.contains("-uncompiled") }

  private static func isByOrder(_ name: String) -> Bool {
    ["keras1", "keras2", "theano"].contains { name.hasPrefix($0) }
  }

  private static func names(_ isWanted: (String) -> Bool) -> [String] {
    let directory = Bundle.module.url(forResource: "Golden", withExtension: nil)?.path ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter {
      isWanted($0) && $0.contains(".") && !$0.contains(".expected.") && !$0.hasSuffix(".py")
    }.sorted()
  }

  /// The samples of the script.
  static func samples() throws -> Dataset {
    let count = 60
    let images = (0..<UInt32(count * 64)).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 24) }
    let labels = (0..<Int32(count)).map { $0 * 7 % 11 % 4 }
    return try Dataset(
      name: "samples", shape: [8, 8, 1], images: images, labels: labels)
  }

  var probabilities: [Float] { get throws { try values("probabilities") } }

  /// The values when the model was saved, or after 20 further steps.
  struct State: Equatable {
    let iteration: Int
    let weights: [[Float]]
    let momentum: [[Float]]
    let velocity: [[Float]]
  }

  func state(continued: Bool = false) throws -> State {
    let prefix = continued ? "continued/" : ""
    let iteration: [Int64] = try expected.read("\(prefix)iteration").values
    func list(_ name: String) throws -> [[Float]] {
      try expected.group("\(prefix)\(name)").names.indices.map { try values("\(prefix)\(name)/\($0)") }
    }
    return State(
      iteration: Int(iteration[0]), weights: try list("weights"), momentum: try list("momentum"),
      velocity: try list("velocity"))
  }

  /// The kernel of Theano's convolution is mirrored: six windows of three numbers, of the weights and of each slot.
  private func values(_ name: String) throws -> [Float] {
    let values: [Float] = try expected.read(name).values
    guard file.hasPrefix("theano"), name.hasSuffix("/0") else { return values }
    return stride(from: 0, to: 18, by: 3).reversed().flatMap { values[$0..<$0 + 3] }
  }

  /// Whether this Keras trains on in the same way each time: Keras 1 and 2 on TensorFlow 1 read the number of steps before
  /// they count it or after, as it comes, and differ from themselves by 0.02 after 20 steps.
  var isRepeatable: Bool { !["keras1", "keras2"].contains { file.hasPrefix($0) } }
}

extension KerasGolden.State {
  init(_ snapshot: Snapshot) {
    self.init(
      iteration: snapshot.state.step, weights: snapshot.parameters.map(\.values),
      momentum: snapshot.slots[0].map(\.values), velocity: snapshot.slots[1].map(\.values))
  }

  /// The largest difference of any of their numbers; infinite if they are of different shapes.
  func distance(to other: Self) -> Float {
    let pairs = [(weights, other.weights), (momentum, other.momentum), (velocity, other.velocity)]
    return pairs.reduce(0) { max($0, largestDifference($1.0.flatMap { $0 }, $1.1.flatMap { $0 })) }
  }
}

/// The largest difference of two lists; infinite if they have different lengths or hold NaN.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

extension HDF5File {
  init(contentsOf path: String) throws {
    try self.init(Array(Data(contentsOf: URL(filePath: path))), path: path)
  }
}
