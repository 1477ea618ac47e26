/// The memory in which one thread computes some shards at a time.
public final class NetworkWorkspace {
  /// The most samples it holds.
  public let capacity: Int
  /// The most shards they may be divided into.
  public let shardCapacity: Int
  /// How the samples at hand are divided.
  public private(set) var shards: ShardBounds
  private let shardEnds: UnsafeMutablePointer<Int32>
  private let buffer: FloatBuffer
  /// For each computation: where its output and its own workspace start.
  private let places: [(output: Int, workspace: Int)]
  private let gradientOffsets: (even: Int, odd: Int)

  public init(for network: Network, capacity: Int, shards shardCapacity: Int = 1) {
    self.capacity = capacity
    self.shardCapacity = shardCapacity
    shardEnds = .allocate(capacity: shardCapacity)
    shardEnds.initialize(repeating: Int32(capacity), count: shardCapacity)
    shards = ShardBounds(ends: shardEnds, count: 1)
    let plan = Plan(network, capacity: capacity, shards: shardCapacity)
    places = plan.places
    gradientOffsets = plan.gradientOffsets
    buffer = FloatBuffer(count: plan.count)
    for (step, place) in zip(network.steps, places) { step.computation.prepare(buffer.start + place.workspace) }
  }

  /// The floats of a workspace.
  public static func count(for network: Network, capacity: Int, shards: Int) -> Int {
    Plan(network, capacity: capacity, shards: shards).count
  }

  /// Where everything lies.
  private struct Plan {
    let places: [(output: Int, workspace: Int)]
    let gradientOffsets: (even: Int, odd: Int)
    let count: Int

    init(_ network: Network, capacity: Int, shards: Int) {
      var offset = FloatBuffer.padded(capacity * network.inputShape.count)
      func reserve(_ count: Int) -> Int {
        defer { offset += FloatBuffer.padded(count) }
        return offset
      }
      places = network.steps.map {
        (
          reserve(capacity * $0.computation.outputCount),
          reserve($0.computation.workspaceCount(samples: capacity, shards: shards))
        )
      }
      let largest = network.steps.map { max($0.inputCount, $0.computation.outputCount) }.max() ?? 0
      gradientOffsets = (reserve(capacity * largest), reserve(capacity * largest))
      count = offset
    }
  }

  deinit { shardEnds.deallocate() }

  /// Divides the next samples into shards.
  ///
  /// - Parameter end: the sample behind the last of a shard.
  public func divide(into count: Int, end: (_ shard: Int) -> Int) {
    precondition(count <= shardCapacity, "\(count) shards in a workspace for \(shardCapacity)")
    for shard in 0..<count { shardEnds[shard] = Int32(end(shard)) }
    shards = ShardBounds(ends: shardEnds, count: count)
    precondition(shards.samples <= capacity, "\(shards.samples) samples in a workspace for \(capacity)")
  }

  /// (samples, input…): the caller fills it before `forward`.
  public var input: UnsafeMutablePointer<Float> { buffer.start }

  /// (samples, output…): what the last computation wrote.
  public var output: UnsafeMutablePointer<Float> { output(ofStep: places.count - 1) }

  /// (samples, output…): the caller fills it before `backward`.
  public var outputGradient: UnsafeMutablePointer<Float> { gradient(ofStep: places.count - 1) }

  func output(ofStep step: Int) -> UnsafeMutablePointer<Float> {
    step < 0 ? input : buffer.start + places[step].output
  }

  /// The gradient of a computation's output. Two buffers take turns: a gradient is dead once its inputs' is computed.
  func gradient(ofStep step: Int) -> UnsafeMutablePointer<Float> {
    buffer.start + (step % 2 == 0 ? gradientOffsets.even : gradientOffsets.odd)
  }

  func frame(ofStep step: Int, parameters: UnsafePointer<Float>) -> ShardFrame {
    ShardFrame(
      shards: shards, input: UnsafePointer(output(ofStep: step - 1)), output: output(ofStep: step),
      parameters: parameters, workspace: buffer.start + places[step].workspace)
  }
}
