import KerasGolden
import Testing

/// Expects two lists of numbers to be equal up to rounding: see `firstDifference`.
func expectEqual(
  _ actual: [Float], _ expected: [Float], tolerance: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if let difference = firstDifference(actual, expected, tolerance: tolerance) {
    Issue.record("\(what): \(difference)", sourceLocation: sourceLocation)
  }
}
