import DurableFiles
import KerasFormat
import Training

/// The naming and axis order of exported weights.
public enum ExportLayout: String, CaseIterable, Sendable {
  /// `conv2d/kernel`: (height, width, in, out); dense kernels (in, out).
  case keras
  /// `0.weight`: (out, in, height, width); (out, in). For the `state_dict` of an `nn.Sequential`.
  case torch
}
