import Foundation
import Martlet

/// Number formatting as in Keras.
enum NumberFormat {
  /// Four decimals, or four digits and an exponent for small values.
  static func metric(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return String(format: abs(value) > 1e-3 ? "%.4f" : "%.4e", value)
  }

  /// ` 5ms/step`: whole seconds, milliseconds or microseconds, whichever fits.
  static func perStep(_ seconds: Double) -> String {
    if seconds >= 1 || seconds == 0 { return String(format: "%.0fs/step", seconds) }
    return seconds >= 1e-3
      ? String(format: "%.0fms/step", seconds * 1e3) : String(format: "%.0fus/step", seconds * 1e6)
  }

  /// `12,000`
  static func grouped(_ count: Int) -> String { ModelPlan.grouped(count) }
}
