import ArgumentParser
import Foundation
import Martlet

/// The exit codes.
enum ExitStatus: Int32, Error {
  case failed = 1
  case usageError = 2
  /// Stopped on request, can be resumed: EX_TEMPFAIL of <sysexits.h>.
  case runAgain = 75

  /// An invalid configuration, command line or environment is a usage error; errors of files and data are failures.
  init(for error: any Error) {
    switch error {
    case is ConfigurationError, is ModelError, is InstructionSetError, is ResumeMismatch, is UsageError,
      is ForeignLog:
      self = .usageError
    case CheckpointError.occupied, CheckpointError.none, CheckpointError.fallsBackToItself, CheckpointError.noTime,
      TrainingError.cannotMix, TrainingError.unmatchedPattern, TrainingError.batchLargerThanData,
      TrainingError.shapeMismatch, TrainingError.outputNotClasses,
      TrainingError.labelOutOfRange, TrainingError.noTargets, TrainingError.noClass, TrainingError.targetMismatch,
      TrainingError.tooLarge, TrainingError.noPictures, TrainingError.noImages,
      TrainingError.ringTooLarge, DatasetError.emptyPart,
      DatasetError.unfitFormat,
      DatasetError.unknownData, DatasetError.foreignClass, DatasetError.subsetTooLarge, DatasetError.hasValidation,
      DatasetError.noClasses, DatasetError.unknownClass:
      self = .usageError
    default:
      self = .failed
    }
  }
}
