/// The peak arithmetic rate of the machine.
package struct MachineBenchmark: Sendable {
  package let instructionSet: InstructionSet
  /// The number of cores that this process may use.
  package let cores: Int
  /// FLOP/s of each worker, by number of workers.
  package let peaks: [(workers: Int, peak: Timing)]

  /// - Throws: `TrainingError.tooFewThreads`.
  package init(
    workerCounts: [Int], runs: Int, instructionSet: InstructionSet, cores: Int = AvailableCores.count()
  ) throws {
    self.instructionSet = instructionSet
    self.cores = cores
    peaks = try workerCounts.map {
      ($0, try PeakPerformance.measure(workers: $0, runs: runs, instructionSet: instructionSet))
    }
  }

  /// FLOP/s of a single core.
  package var corePeak: Double { peaks[0].peak.median }

  /// Total FLOP/s of the cores used by this number of workers.
  package func peak(workers: Int) -> Double { corePeak * Double(min(workers, cores)) }
}
