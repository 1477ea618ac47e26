import Foundation
import NeuralNetwork

/// Numbers as text, of a fixed form so that equal numbers are equal texts.
enum NumberText {
  /// Four decimals, or four digits and an exponent for small and for large values.
  static func metric(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let size = abs(value)
    return String(format: size == 0 || size > 1e-3 && size < 1e6 ? "%.4f" : "%.4e", value)
  }

  /// `99.1 %`, without a line break.
  static func percent(_ share: Double) -> String {
    share.isFinite ? String(format: "%.1f\u{A0}%%", share * 100) : "–"
  }

  /// `12,000`
  static func grouped(_ count: Int) -> String { ModelPlan.grouped(count) }

  /// `0.75 ms`, `2.4 s`, `2 min 05 s`, `1 h 05 min`
  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.1: String(format: "%.3g ms", seconds * 1000)
    case ..<100: String(format: "%.3g s", seconds)
    case ..<3600: String(format: "%d min %02d s", Int(seconds) / 60, Int(seconds) % 60)
    case ..<1e9: String(format: "%d h %02d min", Int(seconds) / 3600, Int(seconds) / 60 % 60)
    default: "–"
    }
  }

  /// `1.8 MB`
  static func size(_ bytes: Int) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")]
    guard let (factor, unit) = units.first(where: { Double(bytes) >= $0.0 }) else { return "\(bytes) bytes" }
    return String(format: "%.1f ", Double(bytes) / factor) + unit
  }

  /// A coordinate of a drawing.
  static func coordinate(_ value: Double) -> String { String(format: "%.1f", value) }

  /// The number of a tick, with as many decimals as distinguish it from its neighbors.
  static func tick(_ value: Double, step: Double) -> String {
    if abs(value) < step / 2 { return "0" }
    guard abs(value) < 1e6, step > 1e-6 else { return String(format: "%.3g", value) }
    return String(format: "%.*f", max(0, -Int((log10(step) + 1e-9).rounded(.down))), value)
  }
}
