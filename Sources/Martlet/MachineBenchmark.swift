/// The peak arithmetic rate of the machine, and what a change of phases takes.
package struct MachineBenchmark: Sendable {
  package let instructionSet: InstructionSet
  /// The number of cores that this process may use.
  package let cores: Int
  /// FLOP/s of each worker, by number of workers.
  package let peaks: [(workers: Int, peak: Timing)]
  /// Seconds from the end of a phase of a step to the beginning of the next one, by number of workers, from 2 to the
  /// number of cores.
  package let phaseChanges: [(workers: Int, seconds: Timing)]

  /// - Throws: `TrainingError.tooFewThreads`.
  package init(
    workerCounts: [Int], runs: Int, instructionSet: InstructionSet, cores: Int = AvailableCores.count()
  ) throws {
    self.instructionSet = instructionSet
    self.cores = cores
    peaks = try workerCounts.map {
      ($0, try PeakPerformance.measure(workers: $0, runs: runs, instructionSet: instructionSet))
    }
    // Threads that share a core wait for the scheduler.
    phaseChanges = try workerCounts.filter { $0 > 1 && $0 <= cores }.map {
      ($0, try PhaseChange.measure(workers: $0, runs: runs, instructionSet: instructionSet))
    }
  }

  /// FLOP/s of a single core.
  package var corePeak: Double { peaks[0].peak.median }

  /// Seconds of a change of phases; for more workers than were measured, which take turns at the counter of tasks, in
  /// proportion to their number. 0 if none could be measured, on one core.
  package func secondsOfPhaseChange(workers: Int) -> Double {
    guard workers > 1, let (most, seconds) = phaseChanges.last(where: { $0.workers <= workers }) else { return 0 }
    return seconds.median * Double(workers) / Double(most)
  }

  /// Total FLOP/s of the cores used by this number of workers.
  package func peak(workers: Int) -> Double { corePeak * Double(min(workers, cores)) }
}
