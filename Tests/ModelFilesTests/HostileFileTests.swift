import Foundation
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Malicious files")
struct HostileFileTests {
  /// A file of `Hostile/make_hostile.py`, and the message.
  static let files: [(name: String, message: String)] = [
    (
      "external-link.weights.h5",
      "/layers/conv2d/vars/0: expected an object of this file, found an external or symbolic link."
    ),
    (
      "soft-link.weights.h5",
      "/layers/conv2d/vars/0: expected an object of this file, found an external or symbolic link."
    ),
    ("virtual.weights.h5", "/layers/conv2d/vars/0: expected values in this file, found values in other files."),
    (
      "external-storage.weights.h5", "/layers/conv2d/vars/0: expected values in this file, found values in other files."
    ),
    (
      "compound.weights.h5",
      "/layers/conv2d/vars/0: expected little-endian 32-bit floating-point numbers, found compound values, such as records or complex numbers."
    ),
    ("cyclic.weights.h5", "/layers/conv2d/vars: is malformed: its variables are not numbered 0 to 2."),
    (
      "float16.weights.h5",
      "/layers/conv2d/vars/0: expected little-endian 32-bit floating-point numbers, found 16-bit floating-point numbers."
    ),
    (
      "float64.weights.h5",
      "/layers/conv2d/vars/0: expected little-endian 32-bit floating-point numbers, found 64-bit floating-point numbers."
    ),
    (
      "big-endian.weights.h5",
      "/layers/conv2d/vars/0: expected little-endian 32-bit floating-point numbers, "
        + "found big-endian 32-bit floating-point numbers."
    ),
    (
      "integers.weights.h5",
      "its weights do not fit the model: '0' of layer 'first' holds integers, the model needs (3, 2, 1, 3)."
    ),
    ("text.weights.h5", "/layers/conv2d/vars/0: expected little-endian 32-bit floating-point numbers, found text."),
    (
      "huge.weights.h5",
      "its weights do not fit the model: '0' of layer 'first' has the shape (1099511627776,), "
        + "the model needs (3, 2, 1, 3)."
    ),
    ("group.weights.h5", "/layers/conv2d/vars/0: expected a dataset, found a group."),
    ("missing.weights.h5", "/layers/conv2d/vars: is malformed: its variables are not numbered 0 to 0."),
    ("climbing.keras", "is a malformed zip archive: a member's name is an absolute path or contains '..'."),
    ("absolute.keras", "is a malformed zip archive: a member's name is an absolute path or contains '..'."),
    ("weightless.keras", "has no member 'model.weights.h5'."),
    ("deep.keras", "model.weights.h5: is malformed HDF5: it is truncated: 512 of 27920 bytes."),
    ("large.keras", "the member 'config.json' would decompress to 100000018 bytes; the limit is 16777216."),
    // Members that would decompress to a gigabyte, or to more than they need, are not decompressed.
    (
      "values.keras",
      "its weights do not fit the model: '0' of layer 'first' has the shape (268435456,), "
        + "the model needs (3, 2, 1, 3)."
    ),
    ("chunk.keras", "model.weights.h5: /layers/conv2d/vars/0: is malformed HDF5: its chunks are much larger"),
    ("configuration.keras", "the member 'config.json' would decompress to 20976026 bytes; the limit is 16777216."),
    ("weights.keras", "the member 'model.weights.h5' would decompress to 41970960 bytes; the limit"),
    ("code.keras", "layer 'sneaky' is a Lambda, which is not supported. Supported layers: Conv2D, MaxPooling2D,"),
  ]

  private func path(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Hostile", withExtension: nil)).appending(path: name).path
  }

  /// The run that the good file belongs to.
  private func background() throws -> KerasModelFile.Background {
    let good = try KerasModelFile(path: KerasGolden("keras315-lesson.keras").path).model(for: .training).model
    return KerasModelFile.Background(
      training: TrainingConfiguration(model: good.model, optimizer: good.optimizer), inputShape: good.inputShape)
  }

  @Test("are refused, each with its reason", arguments: files.indices)
  func refusal(index: Int) throws {
    let (name, message) = Self.files[index]
    let background = try background()
    let path = try path(name)
    let error = try #require(throws: (any Error).self) {
      _ = try KerasModelFile(path: path).model(for: .predicting, background: background)
    }
    #expect("\(error)".hasPrefix(path), "\(error)")
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test("are all tested")
  func allFiles() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: path("")).filter { !$0.hasSuffix(".py") }
    #expect(Set(names) == Set(Self.files.map(\.name) + ["packed.weights.h5", "deflated.keras", "memory.keras"]))
  }

  @Test("are distinguished from files compressed by HDF5 and zip")
  func packed() throws {
    let golden = try KerasGolden("keras315-lesson.keras")
    let expected = try golden.state().weights
    let packed = try KerasModelFile(path: path("packed.weights.h5")).model(for: .predicting, background: background())
    #expect(packed.model.weights.map(\.values) == expected)
    let deflated = try KerasModelFile(path: path("deflated.keras")).model(for: .training)
    #expect(
      KerasGolden.State(try Checkpoint(importing: deflated.model, origin: "").snapshot) == (try golden.state())
    )
  }

  @Test("may have a user block of another program")
  func userBlock() throws {
    let golden = try KerasGolden("keras315-lesson.h5")
    let bytes = try Array(Data(contentsOf: URL(filePath: golden.path)))
    let moved = try KerasModelFile([UInt8](repeating: 0x20, count: 1024) + bytes, path: "x").model(for: .training)
    #expect(
      KerasGolden.State(try Checkpoint(importing: moved.model, origin: "").snapshot) == (try golden.state()))
  }

  @Test("are named if they are of other formats, or Martlet checkpoints")
  func formats() throws {
    func message(_ bytes: [UInt8]) throws -> String {
      "\(try #require(throws: ModelFileError.self) { try KerasModelFile(bytes, path: "x") })"
    }
    #expect(
      try message([1, 2, 3])
        == "x: is not a model: neither a Martlet checkpoint, nor a zip archive (.keras), nor an HDF5 file (.h5).")
    #expect(try message([]) == "x: is empty.")
    #expect(
      try message(Array("MARTLET CHECKPOINT\nformat 1".utf8))
        == "x: is a Martlet checkpoint: it needs no import.")
  }

  @Test("that are truncated anywhere are refused", arguments: ["keras315-lesson.keras", "tfkeras221-lesson.h5"])
  func truncation(name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(filePath: KerasGolden(name).path)))
    for count in stride(from: 0, to: bytes.count - 1, by: bytes.count / 97) {
      #expect(throws: (any Error).self) {
        _ = try KerasModelFile(Array(bytes[..<count]), path: name).model(for: .training)
      }
    }
  }
}
