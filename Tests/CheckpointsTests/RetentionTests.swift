import DurableFiles
import Foundation
import RunConfiguration
import TestSupport
import Testing
import Training

@testable import Checkpoints

/// A run directory whose best checkpoint is that of the first epoch, step 3: of equal learning rates, the first is best.
private struct KeptRun {
  let run: CheckpointedRun
  let directory: TemporaryDirectory
  let policy: CheckpointPolicy

  /// Trains some epochs of three steps.
  init(epochs: Int, keepLast: Int = 1) throws {
    run = try CheckpointedRun()
    directory = try TemporaryDirectory()
    policy = CheckpointPolicy(directory: directory.path, keepLast: keepLast, keepBest: "learning_rate")
    try resume(epochs: epochs)
  }

  /// Resumes in the directory like a new process.
  @discardableResult
  func resume(epochs: Int) throws -> [String] {
    var warnings: [String] = []
    run.trainer.warning = { warnings.append($0) }
    let runDirectory = RunDirectory(policy)
    if run.trainer.state.step > 0 { _ = try runDirectory.newestGood() }
    try runDirectory.prepare(startingAt: run.trainer.state.step, overwrite: false)
    let callback = CheckpointCallback(run.record(policy), directory: runDirectory)
    try run.trainer.fit(run.data.train, validation: run.data.test, epochs: epochs, callbacks: [callback])
    return warnings
  }

  /// Replaces one of the run's checkpoints by another.
  func write(_ checkpoint: Checkpoint, step: Int) throws {
    try checkpoint.write(to: path(CheckpointStore.name(step: step)), plan: run.trainer.plan)
  }

  func path(_ name: String) -> String { "\(directory.path)/\(name)" }

  func remove(_ names: String...) throws {
    for name in names { try FileManager.default.removeItem(atPath: path(name)) }
  }

  var store: CheckpointStore { CheckpointStore(directory: directory.path) }

  /// The names in the directory, without the lock of a running run.
  var names: [String] { directory.names.filter { $0 != DirectoryLock.fileName } }
}

private let latest = "latest.weights.h5"
private let best = "best.weights.h5"

private func step(_ number: Int) -> String { CheckpointStore.name(step: number) }

@Suite("Retained checkpoints")
struct RetentionTests {
  /// The effect of copying on a run directory.
  enum Copy: CaseIterable {
    case unchanged, linksLost, linksToFiles, linksToHardLinks, onlyLinkNames, linksElsewhere, linksNowhere
  }

  /// Applies a kind of copy to a directory with `step-3` as the best and `step-9` as the newest checkpoint.
  private func copy(_ kept: KeptRun, _ copy: Copy) throws {
    let manager = FileManager.default
    func replace(_ link: String, _ make: (_ target: String) throws -> Void) throws {
      let target = try #require(kept.store.linkTarget(link))
      try kept.remove(link)
      try make(target)
    }
    switch copy {
    case .unchanged: break
    case .linksLost: try kept.remove(latest, best)
    case .linksToFiles, .onlyLinkNames:
      for link in [latest, best] {
        try replace(link) { try manager.copyItem(atPath: kept.path($0), toPath: kept.path(link)) }
      }
      if copy == .onlyLinkNames { try kept.remove(step(3), step(9)) }
    case .linksToHardLinks:
      for link in [latest, best] {
        try replace(link) { try manager.linkItem(atPath: kept.path($0), toPath: kept.path(link)) }
      }
    case .linksElsewhere, .linksNowhere:
      for (link, other) in [(latest, step(3)), (best, step(9))] {
        let target = copy == .linksElsewhere ? other : "nothing"
        try replace(link) { _ in try manager.createSymbolicLink(atPath: kept.path(link), withDestinationPath: target) }
      }
    }
  }

  @Test("are the last and the best by the history, whatever a copy did to the links", arguments: Copy.allCases)
  func copies(_ kind: Copy) throws {
    let kept = try KeptRun(epochs: 3)
    #expect(kept.names == [best, latest, step(3), step(9)])
    let bestBytes = try AtomicFile.read(kept.path(step(3)))
    try copy(kept, kind)
    #expect(try kept.store.newestGood().snapshot.state.step == 9)
    // First only a start, as of a run that is interrupted before its first checkpoint; then another epoch.
    for epochs in [3, 4] {
      #expect(try kept.resume(epochs: epochs).isEmpty)
      #expect(kept.names == [best, latest, step(3), step(3 * epochs)])
      #expect(try AtomicFile.read(kept.path(step(3))) == bestBytes)
      #expect(try AtomicFile.read(kept.path(best)) == bestBytes)
      #expect(try CheckpointStore.verify(kept.path(latest)).step == 3 * epochs)
    }
  }

  @Test("include the best one present, with a warning if the best one is missing")
  func bestIsMissing() throws {
    let kept = try KeptRun(epochs: 3, keepLast: 2)
    try kept.remove(step(3), best)
    let told =
      "\(kept.directory.path): the best checkpoint by learning_rate, of step 3, is missing. The best of those present is that of "
      + "step 6."
    #expect(try kept.resume(epochs: 5) == [told])
    #expect(kept.names == [best, latest, step(6), step(12), step(15)])
    #expect(kept.store.linkTarget(best) == step(6))
  }

  @Test("include another best one if the file of the best is corrupt")
  func bestIsCorrupt() throws {
    let kept = try KeptRun(epochs: 3, keepLast: 2)
    try Data(AtomicFile.read(kept.path(step(3))).dropLast()).write(to: URL(filePath: kept.path(step(3))))
    try kept.resume(epochs: 4)
    #expect(kept.store.linkTarget(best) == step(6))
  }

  @Test("never include one as the best whose weights were replaced by those of another epoch")
  func restored() throws {
    let kept = try KeptRun(epochs: 2, keepLast: 2)
    // As `restore_best_weights` leaves the last epoch of a run that is done; then it is given more epochs.
    var state = kept.run.trainer.state
    state.callbacks["early_stopping"] = CallbackState(numbers: ["restored_epoch": 2])
    #expect(kept.policy.best(among: [3, 6], of: state) == 3)
    #expect(kept.policy.best(among: [6], of: state) == nil)
    var checkpoint = kept.run.checkpoint
    checkpoint.snapshot.state = state
    try kept.write(checkpoint, step: 6)
    try kept.remove(step(3), best)
    try kept.resume(epochs: 3)
    #expect(kept.store.linkTarget(best) == step(9))
  }

  @Test("do not depend on an earlier policy: another metric has another best one, and no metric has none")
  func otherPolicy() throws {
    let kept = try KeptRun(epochs: 3)
    let none = RunDirectory(CheckpointPolicy(directory: kept.directory.path, keepLast: 1, keepBest: nil))
    #expect(none.begin(kept.run.trainer.state).isEmpty)
    #expect(kept.names == [latest, step(3), step(9)])
  }

  @Test("are chosen by the history of their epochs")
  func bestByHistory() throws {
    var state = try CheckpointedRun().trainer.state
    (state.epoch, state.step, state.importedSteps) = (4, 112, 100)
    state.history = History(columns: ["val_loss": [.nan, 2, 1, 1], "val_accuracy": [0.5, .nan, 0.75, 0.25]])
    let loss = CheckpointPolicy(directory: "", keepBest: "val_loss")
    let accuracy = CheckpointPolicy(directory: "", keepBest: "val_accuracy")
    let all = [101, 103, 106, 109, 112, 115]
    #expect(loss.best(among: all, of: state) == 109)
    #expect(loss.best(among: [103, 106, 112], of: state) == 112)
    #expect(loss.best(among: [101, 103, 115], of: state) == nil)
    #expect(accuracy.best(among: all, of: state) == 109)
    #expect(accuracy.best(among: [103, 106, 112], of: state) == 103)
    #expect(CheckpointPolicy(directory: "", keepBest: "other").best(among: all, of: state) == nil)
    #expect(CheckpointPolicy(directory: "", keepBest: nil).best(among: all, of: state) == nil)
    #expect(state.epochEnds == [103, 106, 109, 112])
    // In the middle of an epoch, and numbers that no run has.
    (state.step, state.stepInEpoch) = (114, 2)
    #expect(loss.best(among: all, of: state) == 109)
    state.importedSteps = 1 << 48
    #expect(loss.best(among: all, of: state) == nil && state.epochEnds.isEmpty)
  }

  /// Names that are not those of our checkpoints, whatever is in them.
  static let otherNames = [
    "step-7", "step-7.weights.h5", "step-000000007.weights.h5", "step-+0000007.weights.h5", "step--0000007.weights.h5",
    "step-00000007.weights.h5.bak", "step-00000007.h5", "Step-00000007.weights.h5",
    "step-99999999999999999999.weights.h5",
    "step-00000007.weights.h5.mine.damaged", "my.partial", "martlet-notes.partial", "latest.weights.h5.txt",
  ]

  @Test("do not count files of other names, which are never touched", arguments: [false, true])
  func otherFiles(areCheckpoints: Bool) throws {
    let kept = try KeptRun(epochs: 1)
    let content = areCheckpoints ? try AtomicFile.read(kept.path(step(3))) : Array("mine".utf8)
    for name in Self.otherNames { _ = try kept.directory.write(content, to: name) }
    #expect(try kept.store.fileNames() == [step(3)])
    #expect(try kept.resume(epochs: 4).isEmpty)
    #expect(kept.names == (Self.otherNames + [best, latest, step(3), step(12)]).sorted())
    for name in Self.otherNames { #expect(try AtomicFile.read(kept.path(name)) == content) }
  }

  @Test("are never the older ones of a file with a later name", arguments: [false, true])
  func laterName(isCheckpoint: Bool) throws {
    let kept = try KeptRun(epochs: 1)
    let content = isCheckpoint ? try AtomicFile.read(kept.path(step(3))) : Array("mine".utf8)
    // While the run is under way: at its start, a later checkpoint is a reason not to start.
    let callback = kept.run.callback(kept.policy)
    try kept.run.trainer.fit(kept.run.data.train, epochs: 2, callbacks: [callback])
    _ = try kept.directory.write(content, to: step(99))
    try kept.run.trainer.fit(kept.run.data.train, epochs: 4, callbacks: [callback])
    #expect(kept.names == [best, latest, step(3), step(12), step(99)])
    #expect(kept.store.linkTarget(latest) == step(12))
    #expect(try AtomicFile.read(kept.path(step(99))) == content)
  }

  /// The ways in which a checkpoint differs from the run's own.
  enum Other: CaseIterable {
    case seed, trainingData, initialWeights, inputShape, configuration, loss, seconds, columns
    case importedSteps, name, isDamaged

    func change(_ checkpoint: inout Checkpoint) {
      func change(_ column: String, to values: [Double]) {
        let columns = checkpoint.snapshot.state.history.columns.merging([column: values]) { $1 }
        checkpoint.snapshot.state.history = History(columns: columns)
      }
      switch self {
      case .seed: checkpoint.configuration.training.seed = 99
      case .trainingData: checkpoint.run.trainFingerprint = "other"
      case .initialWeights: checkpoint.run.initialWeights = "other.keras"
      case .inputShape: checkpoint.run.inputShape = [29, 29, 1]
      case .configuration: checkpoint.configuration.training.shuffle = false
      case .loss: change("loss", to: [1.5, 1.25])
      case .seconds: change("seconds", to: [1e6, 1e6])
      case .columns: change("other", to: [1, 1])
      case .importedSteps: checkpoint.snapshot.state.importedSteps = 1
      case .name: checkpoint.snapshot.state.step = 4
      case .isDamaged: break
      }
    }
  }

  @Test("are the run's own: others are left, do not count, and are reported once", arguments: Other.allCases)
  func otherRun(_ other: Other) throws {
    let kept = try KeptRun(epochs: 2, keepLast: 2)
    var foreign = kept.run.checkpoint
    foreign.snapshot.state.step = 5
    other.change(&foreign)
    try kept.write(foreign, step: 5)
    // A good checkpoint, except for one that is corrupt.
    #expect(try CheckpointStore.read(kept.path(step(5))) == foreign)
    if other == .isDamaged { #expect(truncate(kept.path(step(5)), 5000) == 0) }
    let bytes = try AtomicFile.read(kept.path(step(5)))
    let warnings = try kept.resume(epochs: 5)
    #expect(
      warnings == [
        "\(kept.path(step(5))): is not of this run, or is corrupt. It is left unchanged, and does not count as one of the "
          + "checkpoints that are kept."
      ])
    #expect(kept.names == [best, latest, step(3), step(5), step(12), step(15)])
    #expect(try AtomicFile.read(kept.path(step(5))) == bytes)
  }

  @Test("are the run's own, also if another run's appears during the run, or replaces one")
  func otherRunUnderWay() throws {
    let kept = try KeptRun(epochs: 2, keepLast: 2)
    var warnings: [String] = []
    kept.run.trainer.warning = { warnings.append($0) }
    let callback = kept.run.callback(kept.policy)
    func fit(epochs: Int) throws {
      try kept.run.trainer.fit(
        kept.run.data.train, validation: kept.run.data.test, epochs: epochs, callbacks: [callback])
    }
    try fit(epochs: 3)
    var foreign = kept.run.checkpoint
    foreign.configuration.training.seed = 99
    for number in [7, 9, 12] {
      foreign.snapshot.state.step = number
      try kept.write(foreign, step: number)
    }
    try fit(epochs: 5)
    // That of step 12 had the name of one that was to be written.
    #expect(kept.names == [best, latest, step(3), step(7), step(9), step(12), "\(step(12)).damaged", step(15)])
    for name in [step(7), step(9), "\(step(12)).damaged"] {
      #expect(try CheckpointStore.read(kept.path(name)).configuration.training.seed == 99)
    }
    #expect(warnings.count == 2)
    #expect(warnings.contains { $0.contains("(and 1 more): is not of this run") })
    #expect(
      warnings.contains(
        "\(kept.path(step(12))): is not a checkpoint of this run, and was renamed to \(step(12)).damaged."))
  }

  @Test("include no best one of another run with the name of one of this run")
  func otherBest() throws {
    let kept = try KeptRun(epochs: 3)
    var foreign = try CheckpointStore.read(kept.path(step(3)))
    foreign.configuration.training.seed = 99
    try kept.write(foreign, step: 3)
    let warnings = try kept.resume(epochs: 4)
    #expect(warnings.count == 2)
    #expect(warnings[0].contains("the best checkpoint by learning_rate, of step 3, is missing"))
    #expect(kept.store.linkTarget(best) == step(9))
    #expect(kept.names == [best, latest, step(3), step(9), step(12)])
  }

  @Test("free their name by setting other files aside", arguments: ["file", "directory"])
  func occupiedName(kind: String) throws {
    let kept = try KeptRun(epochs: 1)
    if kind == "file" {
      _ = try kept.directory.write("mine", to: step(6))
    } else {
      try FileManager.default.createDirectory(atPath: kept.path(step(6)), withIntermediateDirectories: false)
    }
    #expect(try kept.store.fileNames() == [step(3)])
    // Not before the name is needed: a run that starts in this directory does not treat it as a checkpoint.
    let callback = kept.run.callback(kept.policy)
    var warnings: [String] = []
    kept.run.trainer.warning = { warnings.append($0) }
    try kept.run.trainer.fit(kept.run.data.train, epochs: 2, callbacks: [callback])
    #expect(kept.names == [best, latest, step(3), step(6), "\(step(6)).damaged"])
    #expect(warnings == ["\(kept.path(step(6))): is not a checkpoint, and was renamed to \(step(6)).damaged."])
    #expect(try CheckpointStore.verify(kept.path(step(6))).step == 6)
  }

  @Test("replace a link, not its target")
  func plantedLink() throws {
    let kept = try KeptRun(epochs: 1)
    let other = try TemporaryDirectory()
    let target = try other.write("another user's", to: "file")
    for name in [step(6), "\(latest).partial"] {
      try FileManager.default.createSymbolicLink(atPath: kept.path(name), withDestinationPath: target)
    }
    let callback = kept.run.callback(kept.policy)
    try kept.run.trainer.fit(kept.run.data.train, epochs: 2, callbacks: [callback])
    #expect(try other.text("file") == "another user's")
    #expect(other.names == ["file"])
    #expect(try CheckpointStore.verify(kept.path(step(6))).step == 6)
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: kept.path(step(6)))) == nil)
  }
}

@Suite("Links to checkpoints")
struct CheckpointLinkTests {
  @Test("whose names are in use are skipped, with one warning; only checkpoints matter", arguments: [latest, best])
  func foreign(name: String) throws {
    let kept = try KeptRun(epochs: 1)
    try kept.remove(name)
    _ = try kept.directory.write("mine", to: name)
    let warnings = try kept.resume(epochs: 4)
    #expect(
      warnings == [
        "\(kept.path(name)): is not a link, and is left unchanged. The checkpoints are complete, and a run resumes without the "
          + "link."
      ])
    #expect(kept.names == [best, latest, step(3), step(12)])
    #expect(try kept.directory.text(name) == "mine")
    try kept.remove(name)
    try FileManager.default.createDirectory(atPath: kept.path(name), withIntermediateDirectories: false)
    #expect(try kept.resume(epochs: 6).count == 1)
    #expect(try kept.store.newestGood().snapshot.state.step == 18)
    #expect(try kept.store.fileNames() == [step(3), step(18)])
  }

  @Test("are hard links without symbolic links, and are updated likewise")
  func hard() throws {
    let kept = try KeptRun(epochs: 2, keepLast: 3)
    for (link, target) in [(latest, step(6)), (best, step(6))] {
      try kept.remove(link)
      try FileManager.default.linkItem(atPath: kept.path(target), toPath: kept.path(link))
    }
    #expect(kept.store.place(ofLink: latest) == .hardLink && kept.store.wholeLinks().isEmpty)
    #expect(try kept.resume(epochs: 3).isEmpty)
    #expect(kept.names == [best, latest, step(3), step(6), step(9)])
    #expect(try CheckpointStore.verify(kept.path(best)).step == 3)
    #expect(try CheckpointStore.verify(kept.path(latest)).step == 9)
  }

  @Test("do not replace another run's checkpoint under their name")
  func otherRun() throws {
    let kept = try KeptRun(epochs: 2, keepLast: 3)
    // Of the same step as one of this run, and yet another one.
    var other = kept.run.checkpoint
    other.configuration.training.seed = 99
    try kept.remove(best)
    try other.write(to: kept.path(best), plan: kept.run.trainer.plan)
    let bytes = try AtomicFile.read(kept.path(best))
    #expect(try kept.resume(epochs: 3).count == 1)
    #expect(try AtomicFile.read(kept.path(best)) == bytes)
    #expect(kept.names == [best, latest, step(3), step(6), step(9)])
  }
}

@Suite("A run that replaces another")
struct OverwritingTests {
  /// A fallback directory with a checkpoint.
  @Test("removes it once there is a checkpoint of its own, and not before")
  func overwriting() throws {
    let kept = try KeptRun(epochs: 3, keepLast: 9)
    _ = try kept.directory.write("mine", to: "step-7")
    let before = kept.names
    let run = try CheckpointedRun()
    let directory = RunDirectory(kept.policy)
    try directory.prepare(startingAt: 0, overwrite: true)
    #expect(kept.names == before)
    #expect(!directory.holds(kept.run.trainer.state))
    let callback = CheckpointCallback(run.record(kept.policy), directory: directory)
    // A training that fails before its first checkpoint.
    struct Failure: Error {}
    final class Failing: Callback {
      func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws { throw Failure() }
    }
    #expect(throws: Failure.self) {
      try run.trainer.fit(run.data.train, validation: run.data.test, callbacks: [Failing(), callback])
    }
    #expect(kept.names == before)
    #expect(try kept.store.newestGood().snapshot == kept.run.trainer.snapshot())
    let again = try CheckpointedRun()
    try again.trainer.fit(again.data.train, validation: again.data.test, maxSteps: 2, callbacks: [callback])
    #expect(kept.names == [latest, step(2), "step-7"])
    #expect(try kept.store.newestGood().snapshot == again.trainer.snapshot())
  }

  @Test("replaces its file of the same step, and its whole files under the names of links")
  func sameStep() throws {
    let kept = try KeptRun(epochs: 2, keepLast: 9)
    try kept.remove(latest, best)
    for link in [latest, best] {
      try FileManager.default.copyItem(atPath: kept.path(step(3)), toPath: kept.path(link))
    }
    let run = try CheckpointedRun()
    let directory = RunDirectory(kept.policy)
    try directory.prepare(startingAt: 0, overwrite: true)
    let callback = CheckpointCallback(run.record(kept.policy), directory: directory)
    try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: 3, callbacks: [callback])
    #expect(kept.names == [best, latest, step(3)])
    #expect(try kept.store.newestGood().snapshot == run.trainer.snapshot())
    #expect(kept.store.linkTarget(latest) == step(3) && kept.store.linkTarget(best) == step(3))
  }

  @Test("removes it from both directories, whichever receives the first checkpoint")
  func bothDirectories() throws {
    let kept = try KeptRun(epochs: 2, keepLast: 9)
    let fallback = try TemporaryDirectory()
    try FileManager.default.copyItem(atPath: kept.path(step(6)), toPath: "\(fallback.path)/\(step(6))")
    var policy = kept.policy
    policy.fallbackDirectory = fallback.path
    let run = try CheckpointedRun()
    let directory = RunDirectory(policy)
    try directory.prepare(startingAt: 0, overwrite: true)
    let callback = CheckpointCallback(run.record(policy), directory: directory)
    try run.trainer.fit(run.data.train, validation: run.data.test, maxSteps: 1, callbacks: [callback])
    #expect(kept.names == [latest, step(1)])
    #expect(!fallback.names.contains(step(6)))
    withExtendedLifetime(directory) {}
  }
}
