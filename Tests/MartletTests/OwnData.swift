import Martlet
import TestSupport
import Testing

/// Small data sets of every kind, as files of the user's own.
enum OwnData: String, CaseIterable, CustomTestStringConvertible {
  case grayImages
  case colorImages
  case floatImages
  case tinyImages
  case byteVectors
  case vectors
  case oneHot
  case values
  case binary

  var testDescription: String { rawValue }

  /// The samples of a part, all different.
  func data(_ count: Int, from first: Int = 0) throws -> Dataset {
    func bytes(_ size: Int) -> [UInt8] {
      (first * size..<(first + count) * size).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
    }
    func floats(_ size: Int, _ factor: Float = 1) -> [Float] { bytes(size).map { Float($0) / 128 * factor - factor } }
    let labels = (0..<count).map { ($0 + first) % 3 }
    return switch self {
    case .grayImages: try Dataset(name: "x", shape: [16, 12, 1], inputs: bytes(192), labels: labels)
    case .colorImages: try Dataset(name: "x", shape: [9, 10, 3], inputs: bytes(270), labels: labels)
    case .floatImages: try Dataset(name: "x", shape: [8, 8, 2], inputs: floats(128, 1000), labels: labels)
    case .tinyImages: try Dataset(name: "x", shape: [3, 5, 1], inputs: bytes(15), labels: labels)
    case .byteVectors: try Dataset(name: "x", shape: [20], inputs: bytes(20), labels: labels)
    case .vectors: try Dataset(name: "x", shape: [4], inputs: floats(4, 50), labels: labels)
    case .oneHot:
      try Dataset(
        name: "x", shape: [4], inputs: floats(4),
        targets: labels.flatMap { label in (0..<3).map { $0 == label ? 1 : 0 } },
        targetShape: [3])
    case .values:
      try Dataset(name: "x", shape: [4], inputs: floats(4), targets: floats(2, 3), targetShape: [2])
    case .binary:
      try Dataset(name: "x", shape: [4], inputs: floats(4), targets: labels.map { Float($0 % 2) }, targetShape: [1])
    }
  }

  /// Writes `mine.npz`, or another name, into a directory.
  func write(to directory: TemporaryDirectory, as name: String = "mine.npz", train: Int = 60, test: Int? = 15) throws {
    let parts =
      [DatasetPart(.train, try data(train))]
      + (try test.map { [DatasetPart(.test, try data($0, from: train))] } ?? [])
    let path = "\(directory.path)/\(name)"
    _ = try DatasetConversion.write(parts, to: path, DatasetConversion.Format(path: path) ?? .npz)
  }
}
