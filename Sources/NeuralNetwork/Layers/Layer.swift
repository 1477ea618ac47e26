import Configuration
import Kernels

/// A layer as its user describes it: a value with Keras' options, that knows shapes but holds no numbers.
///
/// A new layer is one file that conforms to this protocol, and one line in `LayerCatalog`.
public protocol Layer: Sendable {
  /// Keras' name of the class: `MaxPooling2D`.
  static var className: String { get }
  /// Other names that Keras has had for the class: `MaxPool2D`.
  static var classAliases: [String] { get }
  /// The key in YAML and the stem of default names: `max_pooling2d`.
  static var typeName: String { get }
  /// The keys of its options, in Keras' words and order.
  static var optionKeys: [String] { get }

  /// Reads the options; absent ones take Keras' defaults.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws

  /// All options in Keras' words, ready for YAML and for Keras' `model_config`.
  var options: [ConfigurationEntry] { get }

  /// The shape of a sample that comes out when one of `input` comes in.
  ///
  /// - Throws: `LayerShapeError` if the layer cannot take `input`.
  func outputShape(for input: Shape) throws -> Shape

  /// The shape that comes out, and how its values lie in memory, for an `input` that `outputShape` accepts.
  func outputLayout(for input: TensorLayout) throws -> TensorLayout

  /// What computes the layer for samples of `input`, which `outputShape` accepted; nil if every value stays where it
  /// is.
  func makeComputation(for input: TensorLayout, kernels: KernelSet) throws -> (any LayerComputation)?

  /// What it computes for samples of `input`, which `outputShape` accepted, in words that other programs have too.
  func portableForm(for input: Shape) throws -> [PortableOperation]
}

extension Layer {
  public static var classAliases: [String] { [] }

  public func outputLayout(for input: TensorLayout) throws -> TensorLayout {
    TensorLayout(try outputShape(for: input.shape))
  }
}

/// A layer with its shapes known: computes the samples of one shard, or of some neighbouring ones, on one thread.
///
/// It allocates nothing: everything it needs lies in the frame.
public protocol LayerComputation: Sendable {
  /// Its trainable tensors, in Keras' order. In the buffers they follow one another, each padded to a cache line.
  var parameters: [ParameterSpecification] { get }
  /// The values it writes for one sample.
  var outputCount: Int { get }
  /// The floats of workspace it needs for at most so many samples in so many shards; they keep their values from forward
  /// to backward.
  func workspaceCount(samples: Int, shards: Int) -> Int
  /// Fills the start of its workspace with what the passes read and never change, before the first of them.
  func prepare(_ workspace: UnsafeMutablePointer<Float>)

  /// The floating-point operations that a sample needs.
  func operations(needsInputGradient: Bool) -> OperationCount

  /// Computes `frame.output` (samples, output…) from `frame.input` (samples, input…).
  func forward(_ frame: ShardFrame)

  /// Computes the gradients of the same samples, right after their forward pass.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, output…); may be overwritten.
  ///   - inputGradient: (samples, input…), overwritten; nil if nobody needs it.
  ///   - parameterGradients: the sum over the samples of each shard, summed over the shards in the order of `ShardTree`;
  ///     overwritten, laid out as the parameters are.
  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>)
}

extension LayerComputation {
  public func prepare(_ workspace: UnsafeMutablePointer<Float>) {}

  /// Few enough not to count.
  public func operations(needsInputGradient: Bool) -> OperationCount { OperationCount(forward: 0, backward: 0) }
}

/// Floating-point operations; a multiplication and an addition count as two.
public struct OperationCount: Sendable, Equatable {
  public var forward: Int
  public var backward: Int

  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }
}

/// The memory that one layer works on for some shards. Every pointer starts on a cache line.
public struct ShardFrame {
  public let shards: ShardBounds
  /// (samples, input…)
  public let input: UnsafePointer<Float>
  /// (samples, output…)
  public let output: UnsafeMutablePointer<Float>
  /// The layer's first parameter.
  public let parameters: UnsafePointer<Float>
  public let workspace: UnsafeMutablePointer<Float>

  public var samples: Int { shards.samples }
}

/// How the samples in a worker's memory are divided into shards.
public struct ShardBounds {
  /// For each shard the sample behind its last.
  public let ends: UnsafePointer<Int32>
  public let count: Int

  public init(ends: UnsafePointer<Int32>, count: Int) {
    self.ends = ends
    self.count = count
  }

  public var samples: Int { Int(ends[count - 1]) }

  /// The floats that `sum` needs for values of `count` floats, for at most so many shards.
  static func levelsCount(of count: Int, shards: Int) -> Int {
    (Int.bitWidth - shards.leadingZeroBitCount - 1) * FloatBuffer.padded(count)
  }

  /// Sums what `body` computes for the samples of each shard, in the order of `ShardTree`.
  ///
  /// - Parameters:
  ///   - total: `count` floats, overwritten.
  ///   - levels: `levelsCount` floats.
  ///   - body: overwrites the `count` floats that it gets.
  func sum(
    into total: UnsafeMutablePointer<Float>, count floats: Int, levels: UnsafeMutablePointer<Float>,
    kernels: KernelSet, _ body: (_ samples: Range<Int>, _ sum: UnsafeMutablePointer<Float>) -> Void
  ) {
    func place(_ level: Int) -> UnsafeMutablePointer<Float> {
      level == 0 ? total : levels + (level - 1) * FloatBuffer.padded(floats)
    }
    var first = 0
    for shard in 0..<count {
      let occupied = ShardTree.levels(at: shard, of: count)
      body(first..<Int(ends[shard]), place(occupied.upperBound))
      for level in occupied.reversed() {
        let (lower, upper) = (place(level), place(level + 1))
        kernels.sumShards(lower, stride: upper - lower, shardCount: 2, total: lower, count: floats)
      }
      first = Int(ends[shard])
    }
  }
}

/// A layer was given samples of a shape that it cannot take.
public struct LayerShapeError: Error, Equatable {
  /// What the layer needs.
  public let needs: String
  /// What to do, for the author of the model.
  public let advice: String?

  public init(needs: String, advice: String? = nil) {
    self.needs = needs
    self.advice = advice
  }
}
