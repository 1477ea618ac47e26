/// The targets of a loss over classes as numbers: y for each sample and class, after label smoothing.
///
/// A class is one-hot. With smoothing s, y becomes y · (1 − s) + s / n over n classes (C. Szegedy et al., "Rethinking
/// the Inception Architecture for Computer Vision", CVPR 2016, section 7), computed in `Float` as in Keras.
struct ClassTargets {
  private let targets: Targets
  private let classes: Int
  private let share: Float
  private let offset: Float

  init(_ targets: Targets, classes: Int, smoothing: Double) {
    self.targets = targets
    self.classes = classes
    share = Float(1 - smoothing)
    offset = Float(smoothing) / Float(classes)
  }

  /// Whether every target is a class without smoothing: y is 1 there, and 0 elsewhere.
  var areClassesAlone: Bool {
    guard case .classes = targets else { return false }
    return share == 1 && offset == 0
  }

  @inline(__always)
  func callAsFunction(_ sample: Int, _ index: Int) -> Float {
    switch targets {
    case .classes(let labels): (Int(labels[sample]) == index ? 1 : 0) * share + offset
    case .values(let values, let count): values[sample * count + index] * share + offset
    }
  }
}
