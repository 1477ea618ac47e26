import Foundation
import NeuralNetwork
import RunConfiguration
import TestSupport
import Testing
import Training

@testable import Checkpoints
@testable import DurableFiles

/// The warnings and checkpoint events of a training.
private final class Reports {
  var warnings: [String] = []
  var events: [CheckpointEvent] = []

  /// The steps whose checkpoints failed.
  var failedSteps: [Int] {
    events.compactMap {
      guard case .failed(let step, _) = $0 else { return nil }
      return step
    }
  }

  var written: [WrittenCheckpoint] {
    events.compactMap {
      guard case .written(let checkpoint) = $0 else { return nil }
      return checkpoint
    }
  }
}

/// Makes each step take some time.
private final class StepsTake: Callback {
  let duration: Duration
  let clock: ManualClock

  init(_ duration: Duration, on clock: ManualClock) {
    self.duration = duration
    self.clock = clock
  }

  func nextPause(after step: Int) -> Int? { step + 1 }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { clock.advance(by: duration) }
}

/// Runs a closure before a step.
private final class Before: Callback {
  let actions: [Int: () throws -> Void]

  init(_ actions: [Int: () throws -> Void]) { self.actions = actions }

  func nextPause(after step: Int) -> Int? { step + 1 }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    try actions[trainer.state.step + 1]?()
  }
}

@Suite("Disks that fail while training")
struct FaultTests {
  private func train(
    _ run: CheckpointedRun, _ policy: CheckpointPolicy, _ actions: [Int: () throws -> Void]
  ) throws -> Reports {
    let reports = Reports()
    run.trainer.warning = { reports.warnings.append($0) }
    let callback = CheckpointCallback(run.record(policy)) { reports.events.append($0) }
    defer { callback.finish(run.trainer) }
    // The directory must not change while a checkpoint is being written to it.
    let before = Before(
      actions.mapValues { action in
        {
          callback.finish(run.trainer)
          try action()
        }
      })
    do {
      try run.trainer.fit(run.data.train, validation: run.data.test, callbacks: [callback, before])
    } catch {
      reports.warnings.append("end: \(error)")
    }
    return reports
  }

  /// Puts a file where the directory of a run was: every call for a file in it fails. Gives the way back.
  private func block(_ path: String) throws {
    try FileManager.default.moveItem(atPath: path, toPath: "\(path).away")
    try Data().write(to: URL(filePath: path))
  }

  private func unblock(_ path: String) throws {
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: "\(path).away", toPath: path)
  }

  @Test("cause one warning; the run continues, and writes again once they work")
  func comesBack() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run"
    let run = try CheckpointedRun()
    let reports = try train(
      run, CheckpointPolicy(directory: path, everySteps: 1, keepLast: 9),
      [3: { try block(path) }, 6: { try unblock(path) }])
    #expect(run.trainer.state.step == 6)
    #expect(reports.failedSteps == [3, 4, 5])
    #expect(reports.warnings.count == 2)
    #expect(reports.warnings.first?.contains("training continues, and retries.") == true)
    #expect(reports.warnings.last == "checkpoints are written to \(path) again.")
    let store = CheckpointStore(directory: path)
    #expect(try store.newestGood().snapshot == run.trainer.snapshot())
    for name in try store.fileNames() { _ = try CheckpointStore.verify("\(path)/\(name)") }
    #expect(try store.fileNames().first == "step-00000001.weights.h5")
  }

  @Test("fail the run only if its last state could not be saved anywhere")
  func lastState() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run"
    let run = try CheckpointedRun()
    let reports = try train(run, CheckpointPolicy(directory: path, everySteps: 1), [3: { try block(path) }])
    #expect(run.trainer.state.step == 6)
    #expect(reports.warnings.count == 2)
    #expect(
      reports.warnings.last?.hasPrefix(
        "end: the state after step 6, the last one, could not be saved anywhere: \(path)")
        == true)
    try unblock(path)
    #expect(try CheckpointStore(directory: path).newestGood().snapshot.state.step == 2)
  }

  @Test("are replaced by a fallback directory, from which the run resumes")
  func fallback() throws {
    let directory = try TemporaryDirectory()
    let (path, fallback) = ("\(directory.path)/run", "\(directory.path)/fallback")
    let run = try CheckpointedRun()
    var policy = CheckpointPolicy(directory: path, everySteps: 1)
    policy.fallbackDirectory = fallback
    let reports = try train(run, policy, [3: { try block(path) }])
    #expect(reports.warnings.count == 1)
    #expect(reports.warnings.first?.contains("The checkpoint is \(fallback)/step-") == true)
    #expect(reports.failedSteps.isEmpty)
    #expect(reports.written.last?.path == "\(fallback)/step-00000006.weights.h5")
    try unblock(path)
    let newest = try RunDirectory(policy).newestGood()
    #expect(newest.path == "\(fallback)/step-00000006.weights.h5")
    #expect(newest.snapshot == run.trainer.snapshot())
    #expect(throws: CheckpointError.self) { try RunDirectory(policy).checkUnoccupied() }
    // A corrupt one of the same step in the run's own directory does not matter.
    try Data().write(to: URL(filePath: "\(path)/step-00000006.weights.h5"))
    let again = RunDirectory(policy)
    #expect(try again.newestGood().path == newest.path)
    try again.prepare(startingAt: 6, overwrite: false)
    #expect(FileManager.default.fileExists(atPath: "\(path)/step-00000006.weights.h5.damaged"))
    #expect(try CheckpointStore(directory: path).fileNames().last == "step-00000002.weights.h5")
  }

  @Test("that vanish are recreated and locked again")
  func vanished() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run"
    let run = try CheckpointedRun()
    let reports = try train(
      run, CheckpointPolicy(directory: path, everySteps: 2), [4: { try FileManager.default.removeItem(atPath: path) }])
    #expect(reports.written.map(\.step) == [2, 3, 4, 6] && reports.failedSteps.isEmpty)
    #expect(try CheckpointStore(directory: path).newestGood().snapshot == run.trainer.snapshot())
  }

  @Test("a nonfinite state is not written")
  func nonfinite() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    var weights = run.trainer.snapshot().parameters
    weights[1] = Snapshot.Variable(path: weights[1].path, shape: weights[1].shape, values: [.nan, 0])
    let policy = CheckpointPolicy(directory: directory.path, everySteps: 1)
    let reports = try train(run, policy, [2: { try run.trainer.setWeights(weights) }])
    #expect(reports.warnings.last?.hasPrefix("end: step 2, epoch 1: the loss of the batch is nan.") == true)
    let latest = try CheckpointStore(directory: directory.path).newestGood()
    #expect(latest.path.hasSuffix("step-00000001.weights.h5"))
    #expect {
      _ = try run.checkpoint.image(plan: run.trainer.plan)
    } throws: {
      "\($0)" == "the state after step 1 was not written: conv2d/bias has NaN or infinite values."
    }
  }
}

@Suite("Checkpoints of callbacks and on request")
struct CheckpointRequestTests {
  @Test("keep the state of callbacks")
  func callbackState() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let callbacks: [any Callback] = [
      EarlyStopping(monitor: "loss", patience: 5, restoreBestWeights: true), ReduceLROnPlateau(monitor: "val_loss"),
    ]
    try run.trainer.fit(run.data.train, validation: run.data.test, callbacks: callbacks)
    #expect(run.trainer.state.callbacks.count == 2)
    #expect(run.trainer.state.callbacks["early_stopping"]?.weights.count == 5)
    let path = "\(directory.path)/test.weights.h5"
    try run.write(to: path)
    #expect(try CheckpointStore.read(path) == run.checkpoint)
  }

  @Test("are written on request")
  func onRequest() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, everyEpochs: 9, everyMinutes: nil, keepBest: nil)
    let ask = Before([2: { run.trainer.requests.requestCheckpoint() }])
    try run.trainer.fit(run.data.train, maxSteps: 3, callbacks: [ask, run.callback(policy)])
    #expect(directory.names.first { $0.hasPrefix("step-") } == "step-00000001.weights.h5")
  }

  @Test("are written every N minutes")
  func everyMinutes() throws {
    let directory = try TemporaryDirectory()
    let policy = CheckpointPolicy(
      directory: directory.path, everyEpochs: 99, everyMinutes: 0.3, keepLast: 9, keepBest: nil)
    let (run, clock) = (try CheckpointedRun(), ManualClock())
    let callbacks: [any Callback] = [StepsTake(.seconds(10), on: clock), run.callback(policy, clock: clock)]
    try run.trainer.fit(run.data.train, epochs: 3, maxSteps: 7, callbacks: callbacks)
    // Step 6 ends an epoch, step 7 the run.
    #expect(directory.names.filter { $0.hasPrefix("step-") } == [2, 4, 6, 7].map { CheckpointStore.name(step: $0) })
  }

  @Test("need a time limit with time for a step and a write")
  func noTime() throws {
    let run = try CheckpointedRun()
    let now = ContinuousClock.now
    try TimeLimit.check(now + .seconds(3), run.trainer, now: now)
    let error = #expect(throws: CheckpointError.self) {
      try TimeLimit.check(now + .seconds(0.5), run.trainer, now: now)
    }
    guard case .noTime(let left, let needed)? = error else { return }
    #expect(left == 0.5 && (1...1.1).contains(needed))
    #expect(
      "\(CheckpointError.noTime(left: 0.72, needed: 3.01))"
        == "the time limit leaves no time to make and save a step: that may take 3.1 s, and 0.7 s are left. "
        + "Make the limit 3 s longer, or more.")
  }

  @Test(
    "are in time for a time limit: there is time for a step and two writes when the run stops",
    arguments: [
      // Nothing was written before: a write is estimated at half a second.
      (everyEpochs: 99, write: Duration.zero, lastStep: 72), (everyEpochs: 99, write: .seconds(2), lastStep: 72),
      // The longest write so far counts.
      (everyEpochs: 1, write: .zero, lastStep: 80), (everyEpochs: 1, write: .seconds(2), lastStep: 48),
    ])
  func timeLimit(everyEpochs: Int, write: Duration, lastStep: Int) throws {
    let directory = try TemporaryDirectory()
    let (run, clock) = (try CheckpointedRun(), ManualClock())
    let checkpoints = run.callback(
      CheckpointPolicy(directory: directory.path, everyEpochs: everyEpochs, everyMinutes: nil, keepBest: nil),
      clock: ManualClock(tick: write))
    let limit = TimeLimit(deadline: clock.now() + .milliseconds(10_062), checkpoints: checkpoints, now: clock.now)
    let steps = StepsTake(.milliseconds(125), on: clock)
    try run.trainer.fit(run.data.train, epochs: 1_000_000, callbacks: [steps, limit, checkpoints])
    #expect(run.trainer.stopReason == .timeLimit)
    #expect(run.trainer.state.step == lastStep)
    #expect(try CheckpointStore(directory: directory.path).newestGood().snapshot == run.trainer.snapshot())
  }
}

@Suite("Fallback directories")
struct FallbackTests {
  @Test("must differ from the run's own, whatever their path", arguments: ["run", "./run/", "link"])
  func itself(name: String) throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run"
    try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/link", withDestinationPath: path)
    let fallback = "\(directory.path)/\(name)"
    #expect {
      try RunDirectory(CheckpointPolicy(directory: path, fallbackDirectory: fallback)).take()
    } throws: {
      "\($0)" == "checkpoints.fallback_directory is the checkpoint directory itself (\(fallback)). Name one on "
        + "another disk, or leave it out."
    }
  }
}

@Suite("Locks")
struct LockTests {
  @Test("of processes that are gone, here or elsewhere, do not block")
  func gone() throws {
    let directory = try TemporaryDirectory()
    for host in ["elsewhere", "localhost"] {
      _ = try directory.write("process 1\nhost \(host)\nsince 2026-01-01 00:00:00\n", to: DirectoryLock.fileName)
      let lock = try DirectoryLock(directory.path)
      #expect(
        try directory.text(DirectoryLock.fileName).contains("process \(ProcessInfo.processInfo.processIdentifier)\n"))
      #expect(lock.isInPlace)
    }
    #expect(directory.names.isEmpty)
  }

  @Test("report their holder, and wait for a host that may be gone")
  func held() throws {
    let directory = try TemporaryDirectory()
    let first = try DirectoryLock(directory.path)
    #expect {
      try DirectoryLock(directory.path)
    } throws: {
      "\($0)".contains("another run is writing to it: process \(ProcessInfo.processInfo.processIdentifier) on ")
    }
    _ = try directory.write("process 7\nhost elsewhere\nsince 2026-01-01 00:00:00\n", to: DirectoryLock.fileName)
    var notices: [String] = []
    #expect {
      try DirectoryLock(directory.path, patience: 1) { notices.append("\($0)") }
    } throws: {
      "\($0)".hasSuffix("another run is writing to it: process 7 on elsewhere, since 2026-01-01 00:00:00 UTC.")
    }
    #expect(
      notices == [
        "waiting for the lock of \(directory.path), held by process 7 on elsewhere, since 2026-01-01 00:00:00 UTC."
      ])
    withExtendedLifetime(first) {}
  }

  /// Acquires the lock while the system call fails.
  private func lock(_ directory: TemporaryDirectory, failingWith error: Int32, _ notice: (LockNotice) -> Void) throws
    -> DirectoryLock
  {
    try DirectoryLock(directory.path, patience: 1, notice: notice) { _, _ in
      errno = error
      return -1
    }
  }

  @Test("that a file system does not support are skipped, with a notice", arguments: [ENOLCK, EOPNOTSUPP, ENOSYS])
  func unknown(error: Int32) throws {
    let directory = try TemporaryDirectory()
    var notices: [String] = []
    let first = try lock(directory, failingWith: error) { notices.append("\($0)") }
    let without =
      "\(directory.path): its file system does not support locks: nothing prevents a second run from writing there."
    #expect(notices == [without])
    let holder = "process \(ProcessInfo.processInfo.processIdentifier)"
    #expect(try directory.text(DirectoryLock.fileName).hasPrefix("\(holder)\n"))
    let second = try lock(directory, failingWith: error) { notices.append("\($0)") }
    #expect(notices.count == 2)
    #expect(notices[1].hasPrefix("\(without) The last run that wrote there is \(holder) on "))
    #expect(notices[1].hasSuffix(" UTC: if it is still running, stop one of them."))
    withExtendedLifetime((first, second)) {}
  }

  @Test("that fail for another reason are refused with the reason")
  func failing() throws {
    let directory = try TemporaryDirectory()
    #expect {
      try lock(directory, failingWith: EIO) { Issue.record("\($0)") }
    } throws: {
      "\($0)" == "\(directory.path): cannot be locked: Input/output error."
    }
  }
}

@Suite("Corrupt checkpoints")
struct DamageTests {
  /// The same corruption in every run: failures must be reproducible.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 16 ^ state << 24
    }
  }

  @Test("are refused: 2,000 flipped bits and 500 truncations at random places, and each bit of the user block")
  func everywhere() throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let path = "\(directory.path)/test.weights.h5"
    try run.write(to: path)
    let good = try AtomicFile.read(path)
    var numbers = Numbers()
    var bits = (0..<2000).map { _ in Int.random(in: 0..<8 * good.count, using: &numbers) }
    bits += 0..<8 * UserBlock.count
    var bytes = good
    for bit in bits {
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: CheckpointError.self, "bit \(bit)") { try CheckpointReader(bytes, path: path) }
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(throws: Never.self) { try CheckpointReader(bytes, path: path) }
    for _ in 0..<500 {
      let count = Int.random(in: 0..<good.count, using: &numbers)
      #expect(throws: CheckpointError.self, "\(count) bytes") {
        try CheckpointReader(Array(good[..<count]), path: path)
      }
    }
  }
}
