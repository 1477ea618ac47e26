import Datasets
import DurableFiles
import Foundation
import HDF5Reading
import NeuralNetwork
import RunConfiguration
import TestSupport
import Testing
import Training

@testable import Checkpoints

/// A run of two epochs of three steps, and its checkpoints.
struct CheckpointedRun {
  let trainer: Trainer
  let data: DatasetSplits

  init(metrics: [any Metric]? = nil) throws {
    data = try DigitsSource(trainCount: 50, testCount: 10).load(DatasetContext(environment: [:]))
    let model = Sequential([
      Conv2D(filters: 2, kernelSize: [3, 5], activation: .relu), MaxPooling2D(), Flatten(),
      Dense(units: 4, activation: .relu, useBias: false), Dense(units: 10, activation: .softmax),
    ])
    trainer = try Trainer(
      TrainingConfiguration(model: model, metrics: metrics, epochs: 2, batchSize: 20, shards: 3),
      inputShape: [28, 28, 1],
      workerCount: 2)
  }

  func record(_ policy: CheckpointPolicy? = nil) -> RunRecord {
    let configuration = RunConfiguration(name: "test", training: trainer.configuration, checkpoints: policy)
    var record = RunRecord(configuration, inputShape: [28, 28, 1], instructionSet: "x86-64-v3")
    record.trainFingerprint = "train"
    return record
  }

  var checkpoint: Checkpoint { Checkpoint(of: record(), snapshot: trainer.snapshot()) }

  func callback(_ policy: CheckpointPolicy, clock: ManualClock = ManualClock()) -> CheckpointCallback {
    CheckpointCallback(record(policy), now: clock.now)
  }

  func write(to path: String) throws { try checkpoint.write(to: path, plan: trainer.plan) }
}

@Suite("The best checkpoint")
struct BestCheckpointTests {
  @Test("is never one with the weights of another epoch")
  func restored() throws {
    var state = try CheckpointedRun().trainer.state
    state.history = History(columns: ["val_loss": [1, 2], "val_accuracy": [0.5, 0.6]])
    let policy = CheckpointPolicy(directory: "nowhere", keepBest: "val_accuracy")
    #expect(policy.isBest(state))
    state.callbacks["early_stopping"] = CallbackState(numbers: ["restored_epoch": 1])
    #expect(!policy.isBest(state))
  }
}

@Suite("Checkpoint files")
struct CheckpointTests {
  @Test("round-trip, also in the middle of an epoch", arguments: [0, 1, 3, 4, 6])
  func roundTrip(steps: Int) throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    if steps > 0 { try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: steps) }
    let path = "\(directory.path)/test.weights.h5"
    try run.write(to: path)
    #expect(try CheckpointStore.read(path) == run.checkpoint)
    #expect(directory.names == ["test.weights.h5"])
  }

  @Test("have the layout that Keras reads")
  func kerasLayout() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    try run.trainer.fit(run.data.train, maxSteps: 2)
    let path = "\(directory.path)/test.weights.h5"
    try run.write(to: path)
    let root = try HDF5File(Array(Data(contentsOf: URL(filePath: path))), path: path).root
    #expect(root.names == ["layers", "martlet", "model_weights", "optimizer", "vars"])
    let weights = try root.group("model_weights")
    #expect(try weights.attributes("layer_names") == ["conv2d", "max_pooling2d", "flatten", "dense", "dense_1"])
    #expect(
      try weights.group("conv2d").attributes("weight_names")
        == ["sequential/conv2d/kernel", "sequential/conv2d/bias"])
    #expect(try weights.group("flatten").attributes("weight_names").isEmpty)
    let (kernel, dimensions): ([Float], [Int]) = try weights.read("conv2d/sequential/conv2d/kernel")
    #expect(dimensions == [3, 5, 1, 2])
    let linked: [Float] = try root.read("layers/conv2d/vars/0").values
    #expect(linked == kernel)
    #expect(try root.group("layers/dense/vars").names == ["0"])
    // The iteration, the learning rate, and momentum and velocity of five parameters.
    #expect(try root.group("optimizer/vars").names.count == 2 + 2 * 5)
    let iteration: [Int64] = try root.read("optimizer/vars/0").values
    #expect(iteration == [2])
    let momentum: [Float] = try root.read("optimizer/vars/2").values
    #expect(momentum == run.checkpoint.snapshot.slots[0][0].values)
    let model = try #require(
      JSONSerialization.jsonObject(with: Data(root.attribute("model_config").utf8)) as? [String: Any])
    #expect(model["class_name"] as? String == "Sequential")
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(root.attribute("training_config").utf8)) }
  }

  @Test("that are corrupt in any byte are refused")
  func damage() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let path = "\(directory.path)/test.weights.h5"
    try run.write(to: path)
    let good = try Array(Data(contentsOf: URL(filePath: path)))
    for position in stride(from: 0, to: good.count, by: good.count / 97) {
      // After the text, the user block is padding, which is not interpreted.
      if (150..<512).contains(position) { continue }
      var bytes = good
      bytes[position] ^= 4
      #expect(throws: CheckpointError.self) { try CheckpointReader(bytes, path: path) }
    }
    for count in [0, 100, 511, 512, 513, good.count - 1] {
      #expect(throws: CheckpointError.self) { try CheckpointReader(Array(good[..<count]), path: path) }
    }
    #expect(throws: CheckpointError.self) { try CheckpointReader(good + [0], path: path) }
  }

  @Test("report what is wrong with them")
  func wording() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let path = "\(directory.path)/test.weights.h5"
    try run.write(to: path)
    let good = try Array(Data(contentsOf: URL(filePath: path)))
    func message(_ bytes: [UInt8]) -> String {
      let error = #expect(throws: CheckpointError.self) { try CheckpointReader(bytes, path: "x.h5") }
      return error.map { "\($0)" } ?? ""
    }
    #expect(
      message(Array(good.dropLast()))
        == "x.h5: is truncated: \(good.count - 1) bytes of \(good.count). Use an older checkpoint.")
    var flipped = good
    flipped[good.count / 2] ^= 1
    #expect(
      message(flipped) == "x.h5: is corrupt: SHA-256 mismatch. Use an older checkpoint.")
    #expect(
      message(Array(good[512...]))
        == "x.h5: is not a Martlet checkpoint (a checkpoint starts with 'MARTLET CHECKPOINT').")
    let newer = String(decoding: good[..<512], as: UTF8.self).replacing("format 1", with: "format 3")
    #expect(
      message(Array(newer.utf8) + good[512...])
        == "x.h5: has the checkpoint format 3; this program reads formats up to 2. Use a newer Martlet.")
    // Numbers that would overflow: `UserBlockTests` has more.
    for line in ["bytes 9223372036854775807", "bytes -1", "bytes 92233720368547758070", "format 0", "format -1"] {
      let key = line.prefix { $0 != " " }
      let title = String(decoding: good[..<512], as: UTF8.self).replacing(try Regex("\(key) \\d+"), with: line)
      #expect(
        message(Array(title.utf8.prefix(512)) + good[512...])
          == "x.h5: is corrupt: its first 512 bytes are not those of a checkpoint. Use an older checkpoint.")
    }
    #expect {
      try CheckpointStore.read("\(directory.path)/none.weights.h5")
    } throws: {
      "\($0)" == "\(directory.path)/none.weights.h5: cannot be read: No such file or directory."
    }
  }
}

@Suite("Checkpoint directories")
struct CheckpointStoreTests {
  @Test("keep the last, the best, and links to both")
  func retention() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, everySteps: 1, keepLast: 2, keepBest: "val_loss")
    try run.trainer.fit(run.data.train, validation: run.data.test, callbacks: [run.callback(policy)])
    let losses = run.trainer.state.history["val_loss"]
    let best = losses[1] < losses[0] ? "step-00000006.weights.h5" : "step-00000003.weights.h5"
    let kept = Set(["step-00000005.weights.h5", "step-00000006.weights.h5", best])
    #expect(Set(directory.names) == kept.union(["best.weights.h5", "latest.weights.h5"]))
    let store = CheckpointStore(directory: directory.path)
    #expect(store.linkTarget("latest.weights.h5") == "step-00000006.weights.h5")
    #expect(store.linkTarget("best.weights.h5") == best)
  }

  @Test("have their links updated by the resumed run, if it was interrupted before that")
  func linksAfterCut() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, everySteps: 1, keepBest: "val_loss")
    func fit(_ steps: Int) throws {
      let callbacks = [run.callback(policy)]
      try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: steps, callbacks: callbacks)
    }
    try fit(3)
    let store = CheckpointStore(directory: directory.path)
    // As left by an interruption right after the renaming of step 3.
    try FileManager.default.removeItem(atPath: "\(directory.path)/best.weights.h5")
    try FileManager.default.removeItem(atPath: "\(directory.path)/latest.weights.h5")
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory.path)/latest.weights.h5", withDestinationPath: "step-00000002.weights.h5")
    try fit(3)
    #expect(store.linkTarget("latest.weights.h5") == "step-00000003.weights.h5")
    #expect(store.linkTarget("best.weights.h5") == "step-00000003.weights.h5")
    // In the middle of an epoch, nothing is the best.
    try fit(4)
    try fit(4)
    #expect(store.linkTarget("latest.weights.h5") == "step-00000004.weights.h5")
    #expect(store.linkTarget("best.weights.h5") == "step-00000003.weights.h5")
  }

  @Test("give the newest good checkpoint, and report which ones were skipped")
  func newestGood() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, keepLast: 5, keepBest: nil)
    try run.trainer.fit(run.data.train, callbacks: [run.callback(policy)])
    let newest = "\(directory.path)/step-00000006.weights.h5"
    try Data(contentsOf: URL(filePath: newest)).dropLast(7).write(to: URL(filePath: newest))
    var passedOver: [String] = []
    let found = try CheckpointStore(directory: directory.path).newestGood { passedOver.append($0) }
    #expect(found.path == "\(directory.path)/step-00000003.weights.h5")
    #expect(found.snapshot.state.epoch == 1)
    #expect(passedOver.count == 1)
    #expect(passedOver.first?.hasPrefix("\(newest): is truncated") == true)
    let empty = try TemporaryDirectory()
    #expect(throws: CheckpointError.none(directory: empty.path)) {
      try CheckpointStore(directory: empty.path).newestGood()
    }
  }

  /// A directory with good checkpoints of the steps 1 to 3.
  private func threeSteps() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, everySteps: 1, keepBest: nil)
    try run.trainer.fit(run.data.train, maxSteps: 3, callbacks: [run.callback(policy)])
    return directory
  }

  @Test("are corrupt if the format at the start is not that of the content")
  func otherFormat() throws {
    let directory = try threeSteps()
    let path = "\(directory.path)/step-00000003.weights.h5"
    let bytes = try AtomicFile.read(path)
    let title = String(decoding: bytes.prefix(512), as: UTF8.self).replacing("format 1", with: "format 2")
    _ = try directory.write(Array(title.utf8) + bytes[512...], to: "step-00000003.weights.h5")
    #expect(throws: CheckpointError.corruptHeader(path: path)) { try CheckpointStore.read(path) }
  }

  @Test("do not skip a checkpoint of a newer format")
  func newerFormat() throws {
    let directory = try threeSteps()
    let newest = "\(directory.path)/step-00000003.weights.h5"
    let bytes = try AtomicFile.read(newest)
    let title = String(decoding: bytes.prefix(512), as: UTF8.self).replacing("format 1", with: "format 3")
    _ = try directory.write(Array(title.utf8) + bytes[512...], to: "step-00000003.weights.h5")
    #expect(throws: CheckpointError.newerFormat(path: newest, version: 3, supported: 2)) {
      try CheckpointStore(directory: directory.path).newestGood()
    }
  }

  @Test("do not skip a checkpoint that cannot be read now")
  func unreadable() throws {
    let directory = try threeSteps()
    let newest = "\(directory.path)/step-00000003.weights.h5"
    try FileManager.default.removeItem(atPath: newest)
    try FileManager.default.createSymbolicLink(atPath: newest, withDestinationPath: newest)
    #expect {
      try CheckpointStore(directory: directory.path).newestGood()
    } throws: {
      "\($0)" == "\(newest): cannot be read: Too many levels of symbolic links."
    }
  }

  @Test("set aside corrupt files, without replacing files set aside before")
  func setAside() throws {
    let directory = try threeSteps()
    for text in ["first", "second", "third"] {
      _ = try directory.write(text, to: "step-00000003.weights.h5")
      let run = RunDirectory(CheckpointPolicy(directory: directory.path))
      #expect(try run.newestGood().path == "\(directory.path)/step-00000002.weights.h5")
      try run.prepare(startingAt: 2, overwrite: false)
    }
    let store = CheckpointStore(directory: directory.path)
    #expect(try store.fileNames() == ["step-00000001.weights.h5", "step-00000002.weights.h5"])
    let names = ["damaged", "2.damaged", "3.damaged"].map { "step-00000003.weights.h5.\($0)" }
    #expect(try names.map(directory.text) == ["first", "second", "third"])
  }

  @Test("with files that cannot be set aside are refused")
  func stubborn() throws {
    let directory = try threeSteps()
    let store = CheckpointStore(directory: directory.path)
    // No name is longer than 255 bytes, so this one cannot become longer: it is no checkpoint's, and stays as it is.
    let long = "step-\(String(repeating: "0", count: 238))9.weights.h5"
    _ = try directory.write("", to: long)
    try store.prepare(startingAt: 3, damaged: ["\(directory.path)/\(long)"], overwrite: false)
    #expect(directory.names.contains(long))
    let partial = "\(directory.path)/step-00000004.weights.h5.1f.partial"
    try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
    #expect {
      try store.prepare(startingAt: 3, overwrite: false)
    } throws: {
      "\($0)" == "\(partial): cannot be removed: Is a directory."
    }
    #expect(try store.fileNames().count == 3)
  }

  @Test("that hold a run are not used for a new one without --overwrite")
  func occupied() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path)
    try run.trainer.fit(run.data.train, maxSteps: 1, callbacks: [run.callback(policy)])
    let store = CheckpointStore(directory: directory.path)
    #expect(throws: CheckpointError.occupied(directory: directory.path, newest: "step-00000001.weights.h5")) {
      try store.checkUnoccupied()
    }
    for name in [
      "step-00000002.weights.h5.1f.partial", "latest.weights.h5.partial", "martlet-0123abcd.partial",
    ] {
      _ = try directory.write([], to: name)
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory.path)/martlet-00000001.partial", withDestinationPath: "nothing")
    try store.prepare(startingAt: 1, overwrite: false)
    #expect(directory.names == ["latest.weights.h5", "step-00000001.weights.h5"])
    // It is removed once there is a checkpoint of the new run.
    #expect(try store.prepare(startingAt: 0, overwrite: true) == ["step-00000001.weights.h5"])
    #expect(directory.names == ["latest.weights.h5", "step-00000001.weights.h5"])
  }

  @Test("with later checkpoints, or those of another run, are not mixed with a resumed run's")
  func resumedFromFile() throws {
    let (directory, other) = (try TemporaryDirectory(), try TemporaryDirectory())
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, everySteps: 1)
    try run.trainer.fit(run.data.train, maxSteps: 2, callbacks: [run.callback(policy)])
    let store = CheckpointStore(directory: directory.path)
    let (first, second) = ("\(directory.path)/step-00000001.weights.h5", "\(directory.path)/step-00000002.weights.h5")
    let foreign = "\(other.path)/step-00000009.weights.h5"
    try FileManager.default.copyItem(atPath: second, toPath: foreign)
    try store.checkResumes(from: second, step: 2)
    try store.checkResumes(from: "\(directory.path)/latest.weights.h5", step: 2)
    try CheckpointStore(directory: "\(other.path)/new").checkResumes(from: second, step: 2)
    let occupied = CheckpointError.occupied(directory: directory.path, newest: "step-00000002.weights.h5")
    #expect(throws: occupied) { try store.checkResumes(from: first, step: 1) }
    #expect(throws: occupied) { try store.checkResumes(from: foreign, step: 9) }
    // It was not found corrupt, so it is not set aside.
    #expect(throws: occupied) { try store.prepare(startingAt: 1, overwrite: false) }
    #expect(try store.fileNames() == ["step-00000001.weights.h5", "step-00000002.weights.h5"])
  }

  @Test("are written by one process at a time")
  func locked() throws {
    let directory = try TemporaryDirectory()
    let store = CheckpointStore(directory: "\(directory.path)/run")
    do {
      let lock = try store.lock()
      defer { withExtendedLifetime(lock) {} }
      #expect {
        try store.lock()
      } throws: {
        "\($0)".wholeMatch(
          of: #/.*/run: cannot be locked: another run is writing to it: process \d+ on \S+, since \d{4}-.* UTC\./#)
          != nil
      }
      #expect("\(lock.isInPlace)" == "true")
    }
    _ = try store.lock()
  }

  @Test("that cannot be written to are refused")
  func unwritable() throws {
    let directory = try TemporaryDirectory()
    try Data().write(to: URL(filePath: "\(directory.path)/file"))
    #expect {
      try CheckpointStore(directory: "\(directory.path)/file").lock()
    } throws: {
      "\($0)" == "\(directory.path)/file: cannot be created as a directory: a file of that name exists."
    }
    #expect {
      try CheckpointStore(directory: "\(directory.path)/file/below").lock()
    } throws: {
      "\($0)" == "\(directory.path)/file/below: cannot be created as a directory: Not a directory."
    }
  }
}
