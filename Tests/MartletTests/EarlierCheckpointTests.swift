import Foundation
import Martlet
import TestSupport
import Testing

/// A checkpoint of format 1, written when training still used the C library's functions.
@Suite("Checkpoints of earlier versions")
struct EarlierCheckpointTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Golden/format1.weights.h5")

  @Test("resume, with one warning; the next checkpoint resumes without")
  func resume() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/step-00000007.weights.h5"
    try FileManager.default.copyItem(atPath: Self.golden.path, toPath: path)
    let config = try directory.write(try Checkpoint(path: path).configuration.yaml, to: "run.yml")
    func resume(_ steps: Int) throws -> Finished {
      try Shell.martlet(
        ["train", config, "--output", directory.path, "--resume", "--max-steps", "\(steps)", "--verbose", "0"],
        environment: ["MARTLET_INSTRUCTION_SET": "baseline"], in: directory.path)
    }
    let first = try resume(8)
    #expect(first.status == 0)
    #expect(
      first.error
        == "martlet: warning: the checkpoint was computed with the arithmetic of another version of Martlet (1), this run "
        + "continues with 3: the last bits of its weights may differ from those of an uninterrupted run.\n")
    let second = try resume(9)
    #expect(second.status == 0 && second.error.isEmpty, "\(second.error)")
  }

  @Test("have the same weights, and nearly the same outputs")
  func predict() throws {
    let saved = try Checkpoint(path: Self.golden.path)
    #expect(saved.run.arithmetic == 1 && saved.snapshot.state.step == 7)
    let trainer = try Trainer(saved, workerCount: 1)
    #expect(trainer.weights == saved.snapshot.parameters)
  }
}
