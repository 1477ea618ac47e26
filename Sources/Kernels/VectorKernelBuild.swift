import KernelsBaseline
import KernelsV3
import KernelsV4

@_exported public import struct CVector.ChannelCoefficients
@_exported public import struct CVector.ConvolutionGeometry
@_exported public import struct CVector.ConvolutionPoolingGeometry
@_exported public import struct CVector.ElementwiseFunction
@_exported public import enum CVector.ElementwiseKind
@_exported public import struct CVector.PoolingGeometry

/// One build of the vector kernels. See `VectorKernels` in `KernelsBaseline` for what each computes.
package protocol VectorKernelBuild: SendableMetatype {
  static func operationsPerRound() -> Int
  static func multiplyAddRounds(_ rounds: Int, _ values: UnsafeMutablePointer<Float>)

  static func denseScratchCount(samples: Int, units: Int, shards: Int) -> Int
  static func denseForward(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, inputs: Int, units: Int, scratch: UnsafeMutablePointer<Float>)
  static func denseInputGradient(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, inputs: Int, units: Int, scratch: UnsafeMutablePointer<Float>)
  static func denseWeightGradient(
    outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, shardEnds: UnsafePointer<Int32>, shards: Int, inputs: Int, units: Int,
    unitRange: Range<Int>, inputRange: Range<Int>, scratch: UnsafeMutablePointer<Float>)

  static func convolutionScratchCount(_ geometry: ConvolutionGeometry) -> Int
  static func convolutionOffsets(
    _ geometry: ConvolutionGeometry, positions: UnsafeMutablePointer<Int32>, taps: UnsafeMutablePointer<Int32>)
  static func convolutionGradientOffsets(
    _ geometry: ConvolutionGeometry, positions: UnsafeMutablePointer<Int32>, taps: UnsafeMutablePointer<Int32>)
  static func convolutionForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionGeometry, relu: Bool,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>)
  static func convolutionKernelGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, kernelGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry, range: Range<Int>,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>)
  static func convolutionInputGradient(
    outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>)

  static func sumRows(
    _ values: UnsafePointer<Float>, rows: Int, columns: Int, _ sums: UnsafeMutablePointer<Float>)

  static func depthwiseScratchCount(_ geometry: ConvolutionGeometry) -> Int
  static func depthwiseOffsets(
    _ geometry: ConvolutionGeometry, positions: UnsafeMutablePointer<Int32>, taps: UnsafeMutablePointer<Int32>,
    gradientPositions: UnsafeMutablePointer<Int32>, gradientTaps: UnsafeMutablePointer<Int32>)
  static func depthwiseForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionGeometry, relu: Bool,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>)
  static func depthwiseKernelGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, kernelGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry,
    positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>)
  static func depthwiseInputGradient(
    outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>)

  static func fitsPooledConvolution(_ geometry: ConvolutionGeometry) -> Bool
  static func pooledConvolutionScratchCount(_ geometry: ConvolutionGeometry) -> Int
  static func pooledConvolutionForward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<UInt8>, samples: Int,
    geometry: ConvolutionGeometry, relu: Bool, positions: UnsafePointer<Int32>, taps: UnsafePointer<Int32>,
    scratch: UnsafeMutablePointer<Float>)
  static func pooledConvolutionGradients(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, output: UnsafePointer<Float>,
    selected: UnsafePointer<UInt8>, outputGradient: UnsafePointer<Float>,
    kernelGradient: UnsafeMutablePointer<Float>?, biasGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, samples: Int, geometry: ConvolutionGeometry, range: Range<Int>,
    relu: Bool, positions: UnsafePointer<Int32>, scratch: UnsafeMutablePointer<Float>)

  static func fitsConvolutionPooling(_ geometry: ConvolutionPoolingGeometry) -> Bool
  static func convolutionPoolingScratchCount(_ geometry: ConvolutionPoolingGeometry) -> Int
  static func convolutionPoolingForward(
    images: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<UInt8>, samples: Int,
    geometry: ConvolutionPoolingGeometry, scratch: UnsafeMutablePointer<Float>)
  static func convolutionPoolingWeightGradient(
    images: UnsafePointer<Float>, output: UnsafePointer<Float>, selected: UnsafePointer<UInt8>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionPoolingGeometry, range: Range<Int>,
    scratch: UnsafeMutablePointer<Float>)

  static func maximumPoolingForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<Float>,
    samples: Int, geometry: PoolingGeometry)
  static func maximumPoolingBackward(
    outputGradient: UnsafePointer<Float>, selected: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: PoolingGeometry)
  static func averagePoolingForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, samples: Int, geometry: PoolingGeometry)
  static func averagePoolingBackward(
    outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, samples: Int,
    geometry: PoolingGeometry)

  static func elementwiseForward(
    _ function: ElementwiseFunction, _ inputs: UnsafePointer<Float>, outputs: UnsafeMutablePointer<Float>, count: Int)
  static func elementwiseBackward(
    _ function: ElementwiseFunction, _ values: UnsafePointer<Float>, outputGradients: UnsafePointer<Float>,
    inputGradients: UnsafeMutablePointer<Float>, count: Int)
  static func channelSums(
    _ values: UnsafePointer<Float>, samples: Int, positions: Int, channels: Int, sums: UnsafeMutablePointer<Double>)
  static func channelNormalizationForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, rows: Int, _ coefficients: ChannelCoefficients)
  static func channelGradientSums(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, samples: Int, positions: Int,
    _ coefficients: ChannelCoefficients, sums: UnsafeMutablePointer<Double>)
  static func channelNormalizationBackward(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    rows: Int, _ coefficients: ChannelCoefficients, gradientMean: UnsafePointer<Float>,
    productMean: UnsafePointer<Float>)
  static func randomBits(
    key: SIMD2<UInt32>, counter: SIMD4<UInt32>, threshold: UInt32, count: Int, bits: UnsafeMutablePointer<UInt8>)
  static func scaleWhereBits(
    _ inputs: UnsafePointer<Float>, bits: UnsafePointer<UInt8>, factor: Float, outputs: UnsafeMutablePointer<Float>,
    count: Int)
  static func layerNormalizationForward(
    input: UnsafePointer<Float>, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    epsilon: Float)
  static func layerNormalizationInputGradient(
    input: UnsafePointer<Float>, gamma: UnsafePointer<Float>?, statistics: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
  static func layerNormalizationVariableGradients(
    input: UnsafePointer<Float>, statistics: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    gammaGradient: UnsafeMutablePointer<Float>?, betaGradient: UnsafeMutablePointer<Float>?, rows: Int, columns: Int)
  static func scaleImages(
    _ pixels: UnsafePointer<UInt8>, _ values: UnsafeMutablePointer<Float>, count: Int, divisor: Float,
    next: UnsafePointer<UInt8>)

  static func sumShards(
    _ shards: UnsafePointer<Float>, stride: Int, shardCount: Int, total: UnsafeMutablePointer<Float>, count: Int)
  static func sgdUpdate(
    parameters: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>?, gradient: UnsafePointer<Float>,
    count: Int, stepSize: Float, momentum: Float, nesterov: Bool)
  static func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int)
  static func decay(_ values: UnsafeMutablePointer<Float>, by decay: Float, rate: Float, count: Int)
  static func adamUpdate(
    parameters: UnsafeMutablePointer<Float>, momentum: UnsafeMutablePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, count: Int, stepSize: Float,
    oneMinusBeta1: Float, oneMinusBeta2: Float, epsilon: Float)
  static func rmspropUpdate(
    parameters: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    momentum: UnsafeMutablePointer<Float>?, average: UnsafeMutablePointer<Float>?, gradient: UnsafePointer<Float>,
    count: Int, stepSize: Float, rho: Float, oneMinusRho: Float, momentumShare: Float, epsilon: Float)
}

extension KernelsBaseline.VectorKernels: VectorKernelBuild {}
extension KernelsV3.VectorKernels: VectorKernelBuild {}
extension KernelsV4.VectorKernels: VectorKernelBuild {}

/// The summation tree over shards, common to all builds.
package typealias ShardTree = KernelsBaseline.ShardTree

/// The build of the kernels that a model uses.
package typealias KernelSet = any VectorKernelBuild.Type

extension InstructionSet {
  /// The kernels compiled for this instruction set.
  package var kernels: KernelSet {
    switch self {
    case .v4: KernelsV4.VectorKernels.self
    case .v3: KernelsV3.VectorKernels.self
    case .baseline: KernelsBaseline.VectorKernels.self
    }
  }
}
