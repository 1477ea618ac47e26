import NeuralNetwork

/// Views of each image whose outputs are averaged, which is often more accurate than the output for the image alone.
///
/// The outputs are those of the model: probabilities, or what its last layer computes. `shifts` are those of K. Jordan,
/// "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.4, without the mirror images.
public enum TestTimeAugmentation: String, CaseIterable, Sendable {
  /// The image and its mirror image, left to right.
  case mirror
  /// The image, with half of the weight, and the image shifted by one pixel to the upper left and to the lower right.
  case shifts
  /// The views of `shifts`, each with its mirror image: six.
  case mirrorAndShifts = "mirror_and_shifts"

  /// A view: the layers before the model, and its share of the mean.
  struct View {
    let layers: [any Layer]
    let share: Float
  }

  var views: [View] {
    let mirror = MirrorImage()
    switch self {
    case .mirror: return [View(layers: [], share: 0.5), View(layers: [mirror], share: 0.5)]
    case .shifts:
      return [
        View(layers: [], share: 0.5), View(layers: [ShiftedImage(down: -1, right: -1)], share: 0.25),
        View(layers: [ShiftedImage(down: 1, right: 1)], share: 0.25),
      ]
    case .mirrorAndShifts:
      return TestTimeAugmentation.shifts.views.flatMap { view in
        [view.layers, view.layers + [mirror]].map { View(layers: $0, share: view.share / 2) }
      }
    }
  }
}
