import Configuration
import Datasets
import DurableFiles
import Foundation
import HDF5Reading
import Images
import KerasFormat
import ZipArchive

// The readers of untrusted files, as libFuzzer targets; see `Tests/Fuzzing/run`.

/// A reader under test: for any bytes it must return or throw.
enum FuzzedReader: String, CaseIterable {
  /// JSON.
  case json
  /// Zip archives, with every member.
  case zip
  /// HDF5 files, with all of their contents.
  case hdf5
  /// Arrays of NumPy, in archives and in files of their own, and of the IDX format.
  case npz
  case npy
  case idx
  /// A model saved by Keras: an archive or an HDF5 file.
  case keras
  /// A model's JSON, parsed.
  case configuration
  /// PNG images, decoded in every color mode.
  case png
  /// JPEG images, decoded in every color mode.
  case jpeg

  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .json:
      _ = try JSONDocument.parse(bytes).json
    case .zip:
      let archive = try ZipReader(bytes, path: "input")
      for name in archive.names { _ = try archive.read(name, atMost: 64 << 20) }
    case .hdf5:
      var visits = 0
      // As for PNG.
      let file = try HDF5File(FileBytes(bytes), path: "input", verifiesChecksums: false)
      Self.readAll(of: file.root, visits: &visits)
      try ArrayFileProbe.hdf5.read(bytes)
    case .npz: try ArrayFileProbe.npz.read(bytes)
    case .npy: try ArrayFileProbe.npy.read(bytes)
    case .idx: try ArrayFileProbe.idx.read(bytes)
    case .keras:
      _ = try KerasModelFile(bytes, path: "input").model(for: .training)
    case .configuration:
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try KerasModelFile(path: "input", model: text, training: text).model(for: .training)
    case .png:
      // The checksums would hide everything else from the fuzzer.
      try Self.decode(PNGFixture.withChecksums(bytes))
    case .jpeg:
      try Self.decode(bytes)
    }
  }

  private static func decode(_ bytes: [UInt8]) throws {
    let header = try ImageDecoder.header(of: bytes)
    // As the limit of images, for the memory and the time that the fuzzer allows.
    guard header.height * header.width < 1 << 22 else { return }
    for mode in ColorMode.allCases {
      let image = try ImageDecoder.decode(bytes, mode)
      precondition(image.height == header.height && image.width == header.width, "the header has another size")
      for interpolation in Interpolation.allCases {
        let resizing = ImageResizing(height: 5, width: 3, interpolation: interpolation, cropsToAspectRatio: true)
        precondition(resizing.resized(image).allSatisfy { (-0.01...255.01).contains($0) }, "beyond 0...255")
      }
    }
  }

  /// Reads every attribute and every dataset in every way, with a limit on nested groups.
  private static func readAll(of group: HDF5Group, visits: inout Int) {
    for name in group.attributeNames {
      _ = try? group.attribute(name)
      _ = try? group.attributes(name)
      _ = try? group.integerAttribute(name)
    }
    for name in group.names {
      visits += 1
      guard visits < 1000 else { return }
      if let inner = try? group.group(name) {
        readAll(of: inner, visits: &visits)
      } else {
        let doubles: [Double]? = try? group.read(name).values
        let values = try? group.readValues(name)
        let text = try? group.readText(name)
        _ = (doubles, values, text)
      }
    }
  }

  /// The reader named by `MARTLET_FUZZED_READER`.
  static let chosen: FuzzedReader = {
    let name = ProcessInfo.processInfo.environment["MARTLET_FUZZED_READER"] ?? ""
    guard let reader = FuzzedReader(rawValue: name) else {
      fatalError("MARTLET_FUZZED_READER must be one of \(allCases.map(\.rawValue)). Received: '\(name)'")
    }
    return reader
  }()
}

/// The entry point for libFuzzer. A crash, a hang or a large allocation is a finding; an error is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  try? FuzzedReader.chosen.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
