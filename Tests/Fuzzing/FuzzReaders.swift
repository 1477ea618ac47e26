import Configuration
import Foundation
import ModelFiles
import ZipArchive

// The readers of files that come from elsewhere, under libFuzzer. `Tests/Fuzzing/run` says how.

/// A reader under test: takes any bytes, and may do nothing with them but return or throw.
enum FuzzedReader: String, CaseIterable {
  /// JSON texts.
  case json
  /// Zip archives, with every member.
  case zip
  /// A model that Keras saved: an archive or an HDF5 file.
  case keras
  /// The JSON of a model, understood.
  case configuration
  /// What comes from the process that reads files apart.
  case transfer

  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .json:
      _ = try JSONDocument.parse(bytes).json
    case .zip:
      let archive = try ZipReader(bytes, path: "input")
      for name in archive.names { _ = try archive.read(name) }
    case .keras:
      _ = try KerasModelFile(bytes, path: "input").model(for: .training)
    case .configuration:
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try KerasModelFile(path: "input", model: text, training: text).model(for: .training)
    case .transfer:
      _ = try KerasModelFile(path: "input", transfer: bytes).model(for: .training)
    }
  }

  /// The one that `MARTLET_FUZZED_READER` names.
  static let chosen: FuzzedReader = {
    let name = ProcessInfo.processInfo.environment["MARTLET_FUZZED_READER"] ?? ""
    guard let reader = FuzzedReader(rawValue: name) else {
      fatalError("MARTLET_FUZZED_READER must be one of \(allCases.map(\.rawValue)). Received: '\(name)'")
    }
    return reader
  }()
}

/// What libFuzzer calls with every input. A crash, a hang or a large allocation is a finding; an error is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  try? FuzzedReader.chosen.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
