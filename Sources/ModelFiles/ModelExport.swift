import DurableFiles
import Training

/// A format in which models are handed to other programs.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// Keras 3: one archive with the model, the weights and the optimizer's state.
  case keras
  /// Keras 2: one HDF5 file with the same. Keras 3 opens it, and leaves the optimizer's state out.
  case h5
  /// Keras 3: the weights and the optimizer's state.
  case weights = "weights.h5"
  /// NumPy: the weights.
  case npz
  /// The weights, with Keras' names or PyTorch's.
  case safetensors
  /// What the model computes, with the weights.
  case onnx

  /// Whether a file can hold the division of the pixels, as a first layer of the model.
  public var canScalePixels: Bool {
    switch self {
    case .keras, .h5, .onnx: true
    case .weights, .npz, .safetensors: false
    }
  }

  /// The format that the end of a name asks for; nil if it asks for none.
  public init?(path: String) {
    let name = path.lowercased()
    let matching = Self.allCases.filter { name.hasSuffix(".\($0.rawValue)") }
    guard let longest = matching.max(by: { $0.rawValue.count < $1.rawValue.count }) else { return nil }
    self = longest
  }
}

/// How weights are named and ordered.
public enum ExportLayout: String, CaseIterable, Sendable {
  /// `conv2d/kernel`: (height, width, in, out); dense kernels (in, out).
  case keras
  /// `0.weight`: (out, in, height, width); (out, in). For the `state_dict` of an `nn.Sequential`.
  case torch
}

extension TrainedModel {
  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - layout: counts for `npz` and `safetensors`; the other formats have their own.
  ///   - path: what messages call the file.
  ///   - withScaling: whether the model in the file takes pixels as they are, 0 to 255, and divides them by `scale`. A
  ///     model that came so goes so. If not, it takes pixels that are divided, and the file says by what.
  /// - Throws: `ModelError`, `ModelFileError`, `HDF5WritingError` or `ZipError` if the format cannot hold the model.
  public func exported(
    _ format: ExportFormat, layout: ExportLayout = .keras, path: String, withScaling: Bool = false
  ) throws -> [UInt8] {
    try check(path: path)
    guard !withScaling || (format.canScalePixels && scale != nil) else {
      throw ModelFileError(file: path, .scalingNotExpressible(format: format.rawValue, isScaleKnown: scale != nil))
    }
    let divisor = withScaling || scalesPixels ? scale : nil
    return switch format {
    case .keras: try KerasFile.archive(self, divisor: divisor, path: path)
    case .h5: try KerasFile.wholeModel(self, divisor: divisor, path: path)
    case .weights: try KerasFile.weights(self, path: path)
    case .onnx: try ONNXFile.bytes(self, divisor: divisor, path: path)
    case .npz: try NumPyArchive.bytes(tensors(layout, path: path), path: path, comment: scaleMetadata)
    case .safetensors: try safeTensors(layout, path: path).bytes
    }
  }

  /// What is said of the scale where nothing but texts can be said: `{"martlet_scale": 255}`.
  private var scaleMetadata: String { scale.map { "{\"\(PixelScale.key)\": \(PixelScale.text($0))}" } ?? "" }

  /// Checks that the weights and the optimizer's state are the model's: the formats rely on it.
  private func check(path: String) throws {
    do {
      let (plan, slotNames) = (try self.plan(), optimizer.slotNames)
      try plan.check(weights)
      if let optimizerState {
        try plan.check(weights, slots: optimizerState.slots, slotCount: slotNames.count)
      }
    } catch TrainingError.foreignSnapshot(let reason) {
      throw ModelFileError(file: path, .weights(reason: reason))
    }
  }

  /// The `nn.Sequential` that takes the tensors of the torch layout, in Python.
  ///
  /// - Throws: `ModelFileError.Problem.notExpressible`.
  public func torchModules(path: String) throws -> String { try TorchModules(self, file: path).description }

  private func tensors(_ layout: ExportLayout, path: String) throws -> [NamedTensor] {
    switch layout {
    case .keras: weights.map { NamedTensor($0.path, $0.shape.dimensions, $0.values) }
    case .torch: try TorchModules(self, file: path).tensors
    }
  }

  private func safeTensors(_ layout: ExportLayout, path: String) throws -> SafeTensorsFile {
    let tensors = try tensors(layout, path: path)
    let scale = scale.map { [(key: PixelScale.key, text: PixelScale.text($0))] } ?? []
    guard layout == .torch else {
      return SafeTensorsFile(metadata: [(key: "format", text: "np")] + scale, tensors: tensors)
    }
    return SafeTensorsFile(
      metadata: [(key: "format", text: "pt"), (key: "model", text: try torchModules(path: path))] + scale,
      tensors: tensors)
  }
}
