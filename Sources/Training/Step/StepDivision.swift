import NeuralNetwork

/// The division of a step's passes into tasks. It does not affect a bit of the step.
enum StepDivision: Sendable, Equatable {
  /// A task computes the passes of a group of shards and its variable gradients, in the worker's own memory.
  case compact(ShardGroups)
  /// For workers that whole shards would leave idle: a task computes the passes of a slice of the batch, of any size, and
  /// what variable gradients need is kept for the whole batch. They are computed in a phase of their own, whose tasks are
  /// shards or parts of the variables of one operation.
  case wide(slices: Int)

  /// The relative time that the wide plan may take for the same share of a batch: it writes and reads more memory.
  private static let wideCost = 1.15

  init(_ configuration: TrainingConfiguration, _ program: Program, workers: Int) {
    let (groups, slices) = (
      ShardGroups(configuration, program, workers: workers), min(workers, configuration.batchSize)
    )
    let (compact, wide) = (StepDivision.compact(groups), StepDivision.wide(slices: slices))
    // The samples that the busiest worker computes, of shards of average size.
    let samples =
      Double(groups.longest(shards: configuration.shards, workers: workers) * configuration.batchSize)
      / Double(configuration.shards)
    self = samples > Self.wideCost * Double(wide.capacity(configuration)) ? wide : compact
  }

  /// The division to use, and the training program for it: the compact plan where memory does not suffice for the wide
  /// one.
  static func choose(
    _ configuration: TrainingConfiguration, _ programs: inout Programs, workers: Int, available: Int
  ) -> StepDivision {
    let division = StepDivision(configuration, programs.training, workers: workers)
    programs.training.hasSeparateVariableGradients = division.isWide
    guard division.isWide else { return division }
    let needs = MemoryEstimate(configuration, programs: programs, division: division, workerCount: workers)
    guard needs.bytes > available else { return division }
    programs.training.hasSeparateVariableGradients = false
    return .compact(ShardGroups(configuration, programs.training, workers: workers))
  }

  var isWide: Bool { if case .wide = self { true } else { false } }

  /// The number of tasks in a pass.
  func taskCount(_ sharding: BatchSharding) -> Int {
    switch self {
    case .compact(let groups): groups.count(ofShards: sharding.shardCount)
    case .wide(let slices): min(slices, sharding.sampleCount)
    }
  }

  /// The part of the batch that a task computes.
  func part(ofTask task: Int, of sharding: BatchSharding) -> BatchPart {
    switch self {
    case .compact(let groups):
      BatchPart(shards: groups.shards(ofGroup: task, of: sharding.shardCount), of: sharding)
    case .wide:
      BatchPart(
        slice: BatchSharding(sampleCount: sharding.sampleCount, shards: taskCount(sharding)).range(ofShard: task))
    }
  }

  /// The number of gradient buffers to sum, for variables whose gradients are not whole.
  func gradientCount(ofShards shards: Int) -> Int {
    switch self {
    case .compact(let groups): groups.count(ofShards: shards)
    case .wide: shards
    }
  }

  /// The maximum number of samples in a task.
  func capacity(_ configuration: TrainingConfiguration) -> Int {
    switch self {
    case .compact(let groups): groups.size * configuration.largestShard
    case .wide(let slices): (configuration.batchSize + slices - 1) / slices
    }
  }

  /// The maximum number of shards in a task of a pass or of variable gradients.
  func shardCapacity(_ configuration: TrainingConfiguration) -> Int {
    switch self {
    case .compact(let groups): groups.size
    case .wide: configuration.shards
    }
  }
}
