import Kernels
import NeuralNetwork
import Synchronization

/// The time from the end of a phase to the beginning of the next one.
package enum PhaseChange {
  /// Seconds for a change of phases that keeps no worker waiting for long: all of them spin.
  ///
  /// - Throws: `TrainingError.tooFewThreads`.
  package static func measure(workers: Int, runs: Int, instructionSet: InstructionSet = .bestSupported) throws -> Timing
  {
    let (team, alone) = (try WorkerTeam(count: workers), try WorkerTeam(count: 1))
    let buffers = FloatBuffer(count: workers * 64)
    for index in 0..<buffers.count { buffers.start[index] = 1e-3 * Float(index % 7) }
    // A task of some microseconds for each worker, so that all of them take part.
    func seconds(_ team: WorkerTeam, tasks: Int) -> Double {
      let work = EqualPhases(tasks: tasks, buffers: buffers, kernels: instructionSet.kernels)
      let started = ContinuousClock.now
      team.perform(work)
      return (ContinuousClock.now - started) / .seconds(1) / Double(EqualPhases.count)
    }
    _ = seconds(team, tasks: workers)
    return Timing(
      seconds: (0..<runs).map { _ in max(0, seconds(team, tasks: workers) - seconds(alone, tasks: 1)) })
  }
}

/// Phases of a short task for each worker.
private final class EqualPhases: PhasedWork {
  static let count = 2000
  private static let rounds = 200

  private let tasks: Int
  private let buffers: FloatBuffer
  private let kernels: KernelSet
  private let begun = Atomic(0)

  init(tasks: Int, buffers: FloatBuffer, kernels: KernelSet) {
    self.tasks = tasks
    self.buffers = buffers
    self.kernels = kernels
  }

  let phaseName = "computation"

  func run(task: Int, worker: Int) { kernels.multiplyAddRounds(Self.rounds, buffers.start + task * 64) }

  func beginPhase() -> Int? {
    begun.wrappingAdd(1, ordering: .relaxed).newValue <= Self.count ? tasks : nil
  }
}
