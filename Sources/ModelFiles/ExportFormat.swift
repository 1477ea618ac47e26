import DurableFiles
import KerasFormat
import Training

/// An export format for other programs.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// Keras 3: an archive with the model, the weights and the optimizer state.
  case keras
  /// Keras 2: an HDF5 file with the same. Keras 3 opens it without the optimizer state.
  case h5
  /// Keras 3: the weights and the optimizer state.
  case weights = "weights.h5"
  /// NumPy: the weights.
  case npz
  /// safetensors: the weights, with Keras' or PyTorch's names.
  case safetensors
  /// ONNX: the model's graph and weights.
  case onnx

  /// Whether the format can include the division of the pixels, as a first layer of the model.
  public var canScalePixels: Bool {
    switch self {
    case .keras, .h5, .onnx: true
    case .weights, .npz, .safetensors: false
    }
  }

  /// The format for the suffix of a file name; nil if there is none.
  public init?(path: String) {
    let name = path.lowercased()
    let matching = Self.allCases.filter { name.hasSuffix(".\($0.rawValue)") }
    guard let longest = matching.max(by: { $0.rawValue.count < $1.rawValue.count }) else { return nil }
    self = longest
  }
}
