/// The memory in which one thread computes one shard after the other.
public final class NetworkWorkspace {
  /// The most samples a shard may have.
  public let capacity: Int
  private let buffer: FloatBuffer
  /// For each computation: where its output and its own workspace start.
  private let places: [(output: Int, workspace: Int)]
  private let gradientOffsets: (even: Int, odd: Int)

  public init(for network: Network, capacity: Int) {
    self.capacity = capacity
    var offset = FloatBuffer.padded(capacity * network.inputShape.count)
    func reserve(_ count: Int) -> Int {
      defer { offset += FloatBuffer.padded(count) }
      return offset
    }
    places = network.steps.map {
      (
        reserve(capacity * $0.computation.outputCount),
        reserve($0.computation.workspaceCount(samples: capacity))
      )
    }
    let largest = network.steps.map { max($0.inputCount, $0.computation.outputCount) }.max() ?? 0
    gradientOffsets = (reserve(capacity * largest), reserve(capacity * largest))
    buffer = FloatBuffer(count: offset)
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

  func frame(ofStep step: Int, samples: Int, parameters: UnsafePointer<Float>) -> ShardFrame {
    ShardFrame(
      samples: samples, input: UnsafePointer(output(ofStep: step - 1)), output: output(ofStep: step),
      parameters: parameters, workspace: buffer.start + places[step].workspace)
  }
}
