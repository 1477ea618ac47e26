import Foundation
import Martlet
import TestSupport
import Testing

@Suite("The command with mapped data")
struct MappedDataTests {
  private static let yaml = """
    name: mapped
    data: {dataset: npy, train_inputs: x.npy, train_targets: y.npy}
    model: [flatten, dense: {units: 2, activation: softmax}]
    fit: {epochs: 1000000, batch_size: 50, shards: 2, validation_split: 0.2}
    checkpoints: {directory: run}
    """

  /// An `.npy` file of version 1.0.
  private static func npy(_ shape: String, _ values: [UInt8]) -> [UInt8] {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + values
  }

  @Test("ends with one line if a file becomes shorter")
  func shrinking() throws {
    let directory = try TemporaryDirectory()
    let pixels = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7 >> 3) }
    let inputs = try directory.write(Self.npy("(1000, 100)", pixels), to: "x.npy")
    _ = try directory.write(Self.npy("(1000,)", (0..<1000).map { UInt8($0 % 2) }), to: "y.npy")
    let size = try Data(contentsOf: URL(fileURLWithPath: inputs)).count
    let running = try Running([directory.write(Self.yaml, to: "mapped.yml")], in: directory)
    #expect(truncate(inputs, 4096) == 0)
    let finished = try running.finish()
    #expect(finished.status == 1, "\(finished.error)")
    #expect(
      finished.fault == "martlet: x.npy: cannot be read any more: it became shorter than \(size) bytes, or its disk "
        + "failed. Restore it and run the same command again.\n")
    // The checkpoints are as they were.
    let inspected = try Shell.martlet(["inspect", "run"], in: directory.path)
    #expect(inspected.status == 0)
  }
}
