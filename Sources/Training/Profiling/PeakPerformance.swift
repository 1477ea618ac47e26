import Datasets
import Kernels
import NeuralNetwork

/// The peak performance of the processor: multiplications and additions in registers.
package enum PeakPerformance {
  /// Operations per second and thread, with `workers` threads computing at the same time.
  ///
  /// - Throws: `TrainingError.tooFewThreads`.
  package static func measure(
    workers: Int, runs: Int, instructionSet: InstructionSet = .bestSupported
  ) throws -> Timing {
    let team = try WorkerTeam(count: workers)
    let kernels = instructionSet.kernels
    let rounds = 50_000
    let buffers = FloatBuffer(count: workers * 64)
    for index in 0..<buffers.count { buffers.start[index] = 1e-3 * Float(index % 7) }
    let seconds = Timing(runs: runs, duration: 0.02) {
      team.perform(tasks: workers) { _, task in
        kernels.multiplyAddRounds(rounds, buffers.start + task * 64)
      }
    }
    let operations = Double(rounds * kernels.operationsPerRound())
    return Timing(seconds: seconds.seconds.map { operations / $0 })
  }
}
