import DurableFiles
import KerasFormat
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
  ///   - withScaling: whether the model in the file takes pixels as they are, 0 to 255, and divides them by `scale`. If
  ///     not, it takes pixels that are divided, and the file says by what.
  /// - Throws: `ModelError`, `ModelFileError`, `HDF5WritingError` or `ZipError` if the format cannot hold the model.
  public func exported(
    _ format: ExportFormat, layout: ExportLayout = .keras, path: String, withScaling: Bool = false
  ) throws -> [UInt8] {
    try check(path: path)
    guard !withScaling || (format.canScalePixels && scale != nil) else {
      throw ModelFileError(file: path, .scalingNotExpressible(format: format.rawValue, isScaleKnown: scale != nil))
    }
    let model = withScaling ? scale.map(scalingPixels) ?? self : self
    return switch format {
    case .keras: try KerasFile.archive(model, path: path)
    case .h5: try KerasFile.wholeModel(model, path: path)
    case .weights: try KerasFile.weights(model, path: path)
    case .onnx: try ONNXFile.bytes(self, divisor: withScaling && scale != 1 ? scale : nil, path: path)
    case .npz: try numPyArchive(layout, path: path)
    case .safetensors: try safeTensors(layout, path: path).bytes
    }
  }

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

  private var tensors: [NamedTensor] { weights.map { NamedTensor($0.path, $0.shape.dimensions, $0.values) } }

  private func numPyArchive(_ layout: ExportLayout, path: String) throws -> [UInt8] {
    let modules = layout == .torch ? try TorchModules(self, file: path) : nil
    // Nothing but texts can be said in a comment: `{"martlet_scale": 255}`.
    let comment = (modules?.scale ?? scale).map { "{\"\(PixelScale.key)\": \(PixelScale.text($0))}" }
    return try NumPyArchive.bytes(modules?.tensors ?? tensors, path: path, comment: comment ?? "")
  }

  private func safeTensors(_ layout: ExportLayout, path: String) throws -> SafeTensorsFile {
    func metadata(_ scale: Float?) -> [(key: String, text: String)] {
      scale.map { [(key: PixelScale.key, text: PixelScale.text($0))] } ?? []
    }
    guard layout == .torch else {
      return SafeTensorsFile(metadata: [(key: "format", text: "np")] + metadata(scale), tensors: tensors)
    }
    let modules = try TorchModules(self, file: path)
    return SafeTensorsFile(
      metadata: [(key: "format", text: "pt"), (key: "model", text: modules.description)] + metadata(modules.scale),
      tensors: modules.tensors)
  }
}
