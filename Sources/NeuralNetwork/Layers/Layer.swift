import Configuration
import Kernels

/// A layer as its user describes it: a value with Keras' options, that knows shapes but holds no numbers.
///
/// A new layer is one file that conforms to this protocol, and one line in `LayerCatalog`.
public protocol Layer: Sendable {
  /// Keras' name of the class: `MaxPooling2D`.
  static var className: String { get }
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
}

extension Layer {
  public func outputLayout(for input: TensorLayout) throws -> TensorLayout {
    TensorLayout(try outputShape(for: input.shape))
  }
}

/// A layer with its shapes known: computes the samples of one shard, on one thread.
///
/// It allocates nothing: everything it needs lies in the frame.
public protocol LayerComputation: Sendable {
  /// Its trainable tensors, in Keras' order. In the buffers they follow one another, each padded to a cache line.
  var parameters: [ParameterSpecification] { get }
  /// The values it writes for one sample.
  var outputCount: Int { get }
  /// The floats of workspace it needs for a shard of `samples`; they keep their values from forward to backward.
  func workspaceCount(samples: Int) -> Int

  /// Computes `frame.output` (samples, output…) from `frame.input` (samples, input…).
  func forward(_ frame: ShardFrame)

  /// Computes the gradients of the same shard, right after its forward pass.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, output…); may be overwritten.
  ///   - inputGradient: (samples, input…), overwritten; nil if nobody needs it.
  ///   - parameterGradients: the sum over the shard's samples, overwritten; laid out as the parameters are.
  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>)
}

/// The memory that one layer works on for one shard. Every pointer starts on a cache line.
public struct ShardFrame {
  public let samples: Int
  /// (samples, input…)
  public let input: UnsafePointer<Float>
  /// (samples, output…)
  public let output: UnsafeMutablePointer<Float>
  /// The layer's first parameter.
  public let parameters: UnsafePointer<Float>
  public let workspace: UnsafeMutablePointer<Float>
}

/// A layer was given samples of a shape that it cannot take.
public struct LayerShapeError: Error, Equatable {
  /// What the layer needs, and what to do.
  public let needs: String

  public init(needs: String) { self.needs = needs }
}
