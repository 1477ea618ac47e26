import DurableFiles
import Foundation
import Martlet
import TestSupport
import Testing

@testable import Checkpoints

@Suite("The library")
struct LibraryTests {
  @Test("trains, evaluates and saves as in the README")
  func readmeExample() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/digits.weights.h5"
    let accuracy = try trainDigits(savingTo: path)
    #expect(accuracy >= 0.99)
    let again = try Trainer(checkpoint: path)
    #expect(try again.evaluate(DigitsSource().load().test).accuracy == accuracy)
    let source = try String(contentsOfFile: #filePath.replacing("LibraryTests", with: "ReadmeExample"), encoding: .utf8)
    let example = try #require(source.firstMatch(of: #/from here\n(.*)// README: to here/#.dotMatchesNewlines())).1
    let readme = try String(contentsOfFile: "\(Shell.root)/README.md", encoding: .utf8)
    #expect(readme.contains("```swift\n\(example)```"))
  }

  @Test("resumes from a saved trainer to the same bits")
  func saveAndGoOn() throws {
    let directory = try TemporaryDirectory()
    let data = try DigitsSource(trainCount: 300, testCount: 50).load()
    let configuration = TrainingConfiguration(
      model: Sequential([Flatten(), Dense(units: 10, activation: .softmax)]), epochs: 2, batchSize: 100)
    let whole = try Trainer(configuration, inputShape: [28, 28, 1])
    try whole.fit(data.train, validation: data.test)
    let first = try Trainer(configuration, inputShape: [28, 28, 1])
    try first.fit(data.train, validation: data.test, maxSteps: 2)
    try first.save("\(directory.path)/cut.weights.h5")
    let second = try Trainer(checkpoint: "\(directory.path)/cut.weights.h5")
    try second.fit(data.train, validation: data.test)
    #expect(second.snapshot().parameters == whole.snapshot().parameters)
    #expect(second.snapshot().slots == whole.snapshot().slots)
    #expect(second.state.history["val_loss"] == whole.state.history["val_loss"])
  }

  @Test("blames the file for a configuration that it cannot use")
  func unusableConfiguration() throws {
    let directory = try TemporaryDirectory()
    let configuration = TrainingConfiguration(model: Sequential([Flatten(), Dense(units: 10)]))
    let trainer = try Trainer(configuration, inputShape: [28, 28, 1])
    let path = "\(directory.path)/odd.weights.h5"
    try trainer.save(path)
    var bytes = try AtomicFile.read(path)
    let place = try #require(bytes.firstRange(of: Array("name: saved".utf8)))
    bytes.replaceSubrange(place, with: Array("name: [aved".utf8))
    let content = bytes[UserBlock.count...]
    try AtomicFile.write(content.withUnsafeBytes { UserBlock(content: $0, formatVersion: 1).bytes } + content, to: path)
    #expect {
      try Checkpoint(path: path)
    } throws: {
      "\($0)".hasPrefix(
        "\(path): has a configuration that this program cannot use: /martlet/configuration:2: not YAML: ")
    }
    #expect(try Shell.martlet(["inspect", path]).status == 1)
  }
}
