import DurableFiles
import Foundation
import HDF5Reading
import NeuralNetwork
import RunConfiguration
import TestSupport
import Testing
import Training

@testable import Checkpoints

@Suite("Checkpoints of metrics that are arrays")
struct ArrayMetricCheckpointTests {
  private let directory: TemporaryDirectory
  private let run: CheckpointedRun
  private var path: String { "\(directory.path)/test.weights.h5" }

  init() throws {
    directory = try TemporaryDirectory()
    run = try CheckpointedRun(metrics: [Accuracy(), F1Score(), ConfusionMatrix()])
  }

  private func writeTrained(steps: Int) throws {
    if steps > 0 { try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: steps) }
    try run.write(to: path)
  }

  @Test("round-trip, also in the middle of an epoch", arguments: [0, 1, 3, 4, 6])
  func roundTrip(steps: Int) throws {
    try writeTrained(steps: steps)
    let checkpoint = try CheckpointStore.read(path)
    #expect(checkpoint == run.checkpoint)
    #expect(checkpoint.differences(from: run.checkpoint).isEmpty)
    let epochs = steps / 3
    let matrices = checkpoint.snapshot.state.history.arrays["val_confusion_matrix"] ?? []
    #expect(matrices.map { $0.elements.reduce(0, +) } == [Double](repeating: 10, count: epochs))
  }

  @Test("hold (epochs, …) numbers, in a format that earlier programs refuse")
  func layout() throws {
    try writeTrained(steps: 6)
    let bytes = try AtomicFile.read(path)
    let history = try HDF5File(bytes, path: path).root.group("martlet/history")
    let scores: (values: [Double], dimensions: [Int]) = try history.read("val_f1_score")
    let counts: (values: [Double], dimensions: [Int]) = try history.read("confusion_matrix")
    #expect(scores.dimensions == [2, 10] && counts.dimensions == [2, 10, 10])
    #expect(counts.values.reduce(0, +) == 100)
    #expect(String(decoding: bytes[..<512], as: UTF8.self).contains("\nformat 2\n"))
    #expect(try HDF5File(bytes, path: path).root.group("martlet").integerAttribute("format_version") == 2)
    let numbers = try CheckpointedRun()
    try numbers.write(to: path)
    #expect(try String(decoding: AtomicFile.read(path)[..<512], as: UTF8.self).contains("\nformat 1\n"))
  }

  @Test("with arrays of another shape, or numbers in place of arrays, are refused")
  func foreignShapes() throws {
    try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: 3)
    let small = [MetricValue(shape: [2], elements: [0, 1])]
    let columns = run.trainer.state.history.columns
    for (history, message) in [
      (History(columns: columns, arrays: ["f1_score": small]), "values of shape [2] of 'f1_score', not [10]"),
      (History(columns: columns, arrays: ["other": small]), "values of shape [2] of 'other', not []"),
      (History(columns: ["f1_score": [0.5]]), "values of shape [] of 'f1_score', not [10]"),
    ] {
      var checkpoint = run.checkpoint
      checkpoint.snapshot.state.history = history
      try checkpoint.write(to: path, plan: run.trainer.plan)
      let error = #expect(throws: (any Error).self) { try CheckpointStore.read(path) }
      #expect("\(try #require(error))".contains(message))
    }
  }

  @Test("with arrays without values are refused")
  func noValues() throws {
    try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: 3)
    var checkpoint = run.checkpoint
    checkpoint.snapshot.state.history = History(
      columns: run.trainer.state.history.columns, arrays: ["f1_score": [MetricValue(shape: [0], elements: [])]])
    try checkpoint.write(to: path, plan: run.trainer.plan)
    let error = #expect(throws: CheckpointError.self) { try CheckpointStore.read(path) }
    #expect("\(try #require(error))".contains("'f1_score' of its history has no values"))
  }

  @Test("differ in the epoch in which an array differs")
  func difference() throws {
    try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: 3)
    var other = run.checkpoint
    var arrays = other.snapshot.state.history.arrays
    arrays["f1_score"] = [MetricValue(shape: [10], elements: [Double](repeating: 2, count: 10))]
    other.snapshot.state.history = History(columns: other.snapshot.state.history.columns, arrays: arrays)
    let lines = other.differences(from: run.checkpoint)
    #expect(lines.count == 1 && lines[0].hasPrefix("history of f1_score, epoch 1, number 1: 2.0 and "))
    let columns = other.snapshot.state.history.columns.merging(["f1_score": [0.5]]) { $1 }
    arrays["f1_score"] = nil
    other.snapshot.state.history = History(columns: columns, arrays: arrays)
    #expect(other.differences(from: run.checkpoint) == ["history of f1_score: numbers and arrays"])
  }
}
