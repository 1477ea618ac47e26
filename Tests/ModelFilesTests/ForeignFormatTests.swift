import Foundation
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Files of other programs")
struct ForeignFormatTests {
  /// The start of a file, and its format.
  static let starts: [(bytes: [UInt8], format: ForeignFormat)] = [
    ([], .empty), (Array("  \n".utf8), .empty),
    (Array("version https://git-lfs.github.com/spec/v1\noid sha256:".utf8), .largeFilePointer),
    (Array("<!DOCTYPE html><html>".utf8), .webPage), (Array("\n<html lang=en>".utf8), .webPage),
    (Array("model_checkpoint_path: \"ckpt-3\"\n".utf8), .tensorFlowCheckpoint),
    (Array("backend: tensorflow\nclass_name: Sequential\n".utf8), .architectureAsYAML),
    (Array("{\"weights\": 3}".utf8), .otherJSON),
    (Array("\u{1c}\0\0\0TFL3".utf8), .tensorFlowLite), ([0x93] + Array("NUMPY".utf8), .numPyArray),
    ([UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8), .tar), ([0x1f, 0x8b, 8], .gzip),
    ([0x80, 2, 0x8a, 0x0a], .pickle), ([0x40, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\": {}}".utf8), .safeTensors),
    ([8, 7, 0x12, 7] + Array("pytorch".utf8), .onnx), ([8, 1, 0x12, 0xbf, 0x1b], .savedModel),
    (Array("x\0".utf8) + [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], .tensorFlowCheckpoint),
    (Array("name: mnist\n".utf8), .unknown), ([0xff], .unknown), ([8], .unknown), ([0x80], .unknown),
  ]

  @Test("are recognized by their first bytes", arguments: starts.indices)
  func start(index: Int) {
    let (bytes, format) = Self.starts[index]
    #expect(ForeignFormat(bytes) == format)
    let error = #expect(throws: ModelFileError.self) { try KerasModelFile(bytes, path: "m") }
    #expect(error == ModelFileError(file: "m", .unknownFormat(format)))
    #expect(error?.description.hasPrefix("m: is ") == true)
  }

  @Test("are recognized by their member names, if they are archives")
  func members() {
    #expect(ForeignFormat(members: ["archive/data.pkl", "archive/data/0"]) == .pyTorch)
    #expect(ForeignFormat(members: ["a.npy", "b.npy"]) == .numPyArchive)
    #expect(ForeignFormat(members: ["m/saved_model.pb", "m/variables/variables.index"]) == .savedModel)
    #expect(ForeignFormat(members: ["word/document.xml"]) == .otherZip)
    #expect(ForeignFormat(members: []) == .otherZip)
  }

  @Test("are recognized by neighboring files, if they consist of several")
  func severalFiles() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    try FileManager.default.createDirectory(at: directory.appending(path: "saved"), withIntermediateDirectories: true)
    for name in ["saved/saved_model.pb", "ckpt.index"] { try Data([1]).write(to: directory.appending(path: name)) }
    for (name, format) in [("saved", ForeignFormat.savedModel), ("ckpt", .tensorFlowCheckpoint)] {
      let path = directory.appending(path: name).path
      #expect(throws: ModelFileError(file: path, .unknownFormat(format))) { try KerasModelFile(path: path) }
    }
  }
}
