import Configuration
import DurableFiles
import KerasFormat
import Training

extension TrainedModel {
  /// The bytes of the exported file.
  ///
  /// - Parameters:
  ///   - layout: applies to `npz` and `safetensors`; the other formats have their own.
  ///   - path: the path used in error messages.
  ///   - withScaling: whether the exported model accepts raw pixels, 0 to 255, and divides them by `scale`. If not, it
  ///     expects divided pixels, and the file states the divisor.
  /// - Throws: `ModelError`, `ModelFileError`, `HDF5WritingError` or `ZipError` if the format cannot express the model.
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

  /// Checks that the weights and the optimizer state match the model, which the writers rely on.
  private func check(path: String) throws {
    do {
      let (plan, slotNames) = (try self.plan(), optimizer.slotNames)
      try plan.check(weights)
      if let optimizerState {
        try plan.check(weights, slots: optimizerState.slots, slotCount: slotNames.count)
      }
    } catch TrainingError.incompatibleSnapshot(let reason) {
      throw ModelFileError(file: path, .weights(reason: reason))
    }
  }

  /// The Python code of the `nn.Sequential` for the tensors of the torch layout.
  ///
  /// - Throws: `ModelFileError.Problem.notExpressible`.
  public func torchModules(path: String) throws -> String { try TorchModules(self, file: path).description }

  private var tensors: [NamedTensor] { weights.map { NamedTensor($0.path, $0.shape.dimensions, $0.values) } }

  private func numPyArchive(_ layout: ExportLayout, path: String) throws -> [UInt8] {
    let modules = layout == .torch ? try TorchModules(self, file: path) : nil
    // As JSON, because a comment is a string: `{"martlet_scale": 255}`. It has at most 64 KB.
    let entries = metadata(scale: modules?.scale ?? scale).entries.filter { $0.text.utf8.count < 60_000 }
    let fields = entries.map { key, text in
      let isJSON = (try? JSONDocument.parse(text)) != nil
      return "\(ConfigurationNode(.string(key)).json): \(isJSON ? text : ConfigurationNode(.string(text)).json)"
    }
    let comment = fields.isEmpty ? "" : "{\(fields.joined(separator: ", "))}"
    return try NumPyArchive.bytes(modules?.tensors ?? tensors, path: path, comment: comment)
  }

  private func safeTensors(_ layout: ExportLayout, path: String) throws -> SafeTensorsFile {
    func metadata(_ scale: Float?) -> [(key: String, text: String)] {
      self.metadata(scale: scale).entries
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
