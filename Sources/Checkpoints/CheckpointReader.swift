import Configuration
import DurableFiles
import HDF5Reading
import KerasFormat
import NeuralNetwork
import RunConfiguration
import Training

/// A reader for the bytes of a checkpoint file.
///
/// Datasets must have the form that is written: contiguous numbers of the written types, so that they are no larger
/// than the file. They are checked against the model of the configuration.
struct CheckpointReader {
  private let path: String
  private let root: HDF5Group
  private let formatVersion: Int
  /// The size of the file.
  let byteCount: Int
  /// SHA-256 of everything after the user block, in hexadecimal, stated in the block and verified.
  let digest: String

  /// Verifies the digest before anything else is read.
  ///
  /// - Throws: `CheckpointError`, or `HDF5Error` if the bytes verify but are not an HDF5 file.
  init(_ bytes: [UInt8], path: String) throws {
    let block = try Self.block(bytes.prefix(UserBlock.count), size: bytes.count, path: path)
    let digest = bytes.withUnsafeBytes {
      UserBlock.digest(of: UnsafeRawBufferPointer(rebasing: $0[UserBlock.count...]))
    }
    guard digest == block.digest else {
      throw CheckpointError.digestMismatch(path: path)
    }
    self.path = path
    byteCount = bytes.count
    formatVersion = block.formatVersion
    self.digest = digest
    root = try HDF5File(bytes, path: path).root
  }

  /// Reads the file at `path` if it is a checkpoint of the stated size.
  ///
  /// - Throws: `FileError`, and as the other initializer.
  init(path: String) throws {
    let bytes = try AtomicFile.read(path, headerCount: UserBlock.count) { header, size in
      _ = try Self.block(header, size: size, path: path)
    }
    try self.init(bytes, path: path)
  }

  /// The user block at the start of a file of the given size.
  private static func block(_ header: ArraySlice<UInt8>, size: Int, path: String) throws -> UserBlock {
    let block: UserBlock
    do {
      block = try UserBlock(header)
    } catch UserBlock.Problem.newer(let format) {
      throw CheckpointError.newerFormat(path: path, version: format, supported: CheckpointLayout.newestVersion)
    } catch UserBlock.Problem.foreign {
      throw CheckpointError.foreign(path: path)
    } catch {
      throw CheckpointError.corruptHeader(path: path)
    }
    let expected = UserBlock.count + block.contentCount
    guard size >= expected else { throw CheckpointError.truncated(path: path, expected: expected, found: size) }
    guard size == expected else { throw CheckpointError.digestMismatch(path: path) }
    return block
  }

  /// - Throws: `CheckpointError.configuration` if this program does not support the run's configuration; `.malformed` or
  ///   `HDF5Error` if the contents are inconsistent.
  func read() throws -> Checkpoint {
    let group = try root.group(CheckpointLayout.martlet)
    // The digest is of what follows the block, which states the version too.
    guard try count(CheckpointLayout.counts.formatVersion, group) == formatVersion else {
      throw CheckpointError.corruptHeader(path: path)
    }
    let variables = try CheckpointVariables(root, path: path)
    let snapshot = Snapshot(
      state: try state(group), parameters: variables.parameters, slots: variables.slots)
    let run = try record(group)
    let seed = UInt64(UInt(bitPattern: try group.integerAttribute(CheckpointLayout.counts.seed)))
    try check(snapshot, of: run, seed: seed)
    return Checkpoint(path: path, of: run, snapshot: snapshot)
  }

  private func record(_ group: HDF5Group) throws -> RunRecord {
    let inputShape: [Int64] = try group.readExactly(CheckpointLayout.inputShape).values
    guard (1...3).contains(inputShape.count), inputShape.allSatisfy({ (1...1 << 20).contains($0) }) else {
      throw malformed("the input shape is \(inputShape)")
    }
    var run = RunRecord(
      try configuration(group.readText(CheckpointLayout.configuration)), inputShape: Shape(inputShape.map(Int.init)),
      instructionSet: try group.attribute(CheckpointLayout.instructionSet))
    run.arithmetic =
      group.hasAttribute(CheckpointLayout.arithmetic) ? try count(CheckpointLayout.arithmetic, group) : 1
    run.trainFingerprint = try group.attribute(CheckpointLayout.fingerprint.train)
    run.validationFingerprint = try group.attribute(CheckpointLayout.fingerprint.validation)
    run.origin = try optional(CheckpointLayout.origin, group)
    run.initialWeights = try optional(CheckpointLayout.initialWeights, group)
    return run
  }

  private func configuration(_ yaml: String) throws -> RunConfiguration {
    let dataset = "/martlet/configuration"
    do {
      // Its names were checked when the run began.
      return try RunConfiguration(yaml: yaml, file: dataset, naming: .unknown)
    } catch let error as ConfigurationError {
      // The configuration was written by a program: report a fault of the file, not a usage error.
      let place = error.line.map { "\(dataset):\($0): " } ?? "\(dataset): "
      throw CheckpointError.configuration(path: path, reason: place + error.descriptionWithoutAdvice)
    }
  }

  /// - Throws: `CheckpointError.malformed` if the model does not accept the sample shape, or the variables are not the
  ///   model's.
  private func check(_ snapshot: Snapshot, of run: RunRecord, seed: UInt64) throws {
    let training = run.configuration.training
    do {
      try snapshot.check(fits: training.model.plan(inputShape: run.inputShape), training)
    } catch let error as ModelError {
      throw malformed(
        "its model does not accept samples of the shape \(run.inputShape): \(error.reason.dropLast())")
    } catch TrainingError.incompatibleSnapshot(let reason) {
      throw malformed(reason)
    }
    guard seed == training.seed else {
      throw malformed("its seed is \(seed), that of its configuration \(training.seed)")
    }
  }

  private func state(_ run: HDF5Group) throws -> RunState {
    let counts = CheckpointLayout.counts
    let learningRate: [Float] = try floats(KerasLayout.optimizerVariable(1)).values
    let sums: [Double] = try run.readExactly(CheckpointLayout.sums).values
    let seconds: [Double] = try run.readExactly(CheckpointLayout.epochSeconds).values
    guard learningRate.count == 1, seconds.count == 1 else { throw malformed("a number is missing") }
    guard learningRate[0].isFinite, learningRate[0] >= 0 else {
      throw malformed("the learning rate is \(learningRate[0])")
    }
    return RunState(
      epoch: try count(counts.epoch, run), step: try count(counts.step, run),
      stepInEpoch: try count(counts.stepInEpoch, run), learningRate: learningRate[0],
      sums: RunningSums(values: sums, samples: try count(counts.samples, run)), epochSeconds: seconds[0],
      history: try history(run), callbacks: try callbacks(run),
      importedSteps: run.hasAttribute(counts.importedSteps) ? try count(counts.importedSteps, run) : 0)
  }

  private func callbacks(_ run: HDF5Group) throws -> [String: CallbackState] {
    guard try run.contains(CheckpointLayout.callbacks) else { return [:] }
    let group = try run.group(CheckpointLayout.callbacks)
    var states: [String: CallbackState] = [:]
    for name in group.names { states[name] = try callback(group.group(name)) }
    return states
  }

  private func callback(_ group: HDF5Group) throws -> CallbackState {
    var state = CallbackState()
    for name in group.names {
      if name == CheckpointLayout.weights {
        let weights = try group.group(name)
        state.weights = try weights.attributes(KerasLayout.weightNames).map { path in
          let (values, dimensions): ([Float], [Int]) = try weights.readExactly(path)
          return Snapshot.Variable(path: path, shape: Shape(dimensions), values: values)
        }
      } else {
        let values: [Double] = try group.readExactly(name).values
        guard values.count == 1 else { throw malformed("'\(name)' is \(values.count) numbers") }
        state.numbers[name] = values[0]
      }
    }
    return state
  }

  private func history(_ run: HDF5Group) throws -> History {
    let group = try run.group(CheckpointLayout.history)
    var columns: [String: [Double]] = [:]
    var arrays: [String: [MetricValue]] = [:]
    for name in group.names {
      let (values, dimensions): ([Double], [Int]) = try group.readExactly(name)
      if dimensions.count > 1 {
        guard dimensions.allSatisfy({ $0 > 0 }) else { throw malformed("'\(name)' of its history has no values") }
        arrays[name] = MetricValue(shape: dimensions, elements: values).rows
      } else {
        columns[name] = values
      }
    }
    let lengths = columns.values.map(\.count) + arrays.values.map(\.count)
    guard Set(lengths).count <= 1 else { throw malformed("its metrics have several lengths") }
    return History(columns: columns, arrays: arrays)
  }

  private func optional(_ name: String, _ group: HDF5Group) throws -> String? {
    group.hasAttribute(name) ? try group.attribute(name) : nil
  }

  private func floats(_ name: String) throws -> (values: [Float], dimensions: [Int]) { try root.readExactly(name) }

  private func count(_ name: String, _ group: HDF5Group) throws -> Int {
    let value = try group.integerAttribute(name)
    // Counts beyond what any run can reach are invalid.
    guard (0...1 << 48).contains(value) else { throw malformed("\(name) is \(value)") }
    return value
  }

  private func malformed(_ reason: String) -> CheckpointError { .malformed(path: path, reason: reason) }
}
