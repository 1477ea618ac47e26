import Configuration

/// Keras layers that return their input unchanged in inference: dropout, noise, augmentation, penalties.
///
/// Source: each class of `keras.layers` called with `training=False`, Keras 3.15.1; RandomHeight and RandomWidth are of
/// Keras 2.
enum KerasTrainingLayer {
  private static let classNames: Set<String> = [
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout",
    "GaussianNoise", "ActivityRegularization",
  ]

  private static let augmentation: Set<String> = [
    "RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomShear", "RandomPerspective",
    "RandomElasticTransform", "RandomErasing", "RandomCrop", "RandomHeight", "RandomWidth", "RandomContrast",
    "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomGaussianBlur", "RandomGrayscale",
    "RandomHue", "RandomInvert", "RandomPosterization", "RandomSaturation", "RandomSharpness",
    "AugMix", "CutMix", "MixUp", "RandAugment", "Solarization",
  ]

  /// Whether layers of the class are active only in training, or never.
  static func includes(_ className: String) -> Bool {
    // A crop changes the size of images in inference, too.
    (classNames.contains(className) || augmentation.contains(className) || className == "Identity")
      && className != "RandomCrop"
  }

  /// Whether calls of the class have `training: true` by default: Keras 3 writes the default of the argument, and replaces
  /// it by that of the call of the whole model.
  static func trainsByDefault(_ className: String) -> Bool {
    augmentation.contains(className) || ["Resizing", "CenterCrop"].contains(className)
  }

  /// What a run does instead of training with a layer of the class; nil if there is nothing.
  static func advice(_ className: String) -> String? {
    switch className {
    case "MixUp": "A run mixes samples and their targets itself: fit.batch_augmentation: {mix_up: {alpha: 0.2}}."
    case "CutMix": "A run mixes samples and their targets itself: fit.batch_augmentation: {cut_mix: {factor: 1}}."
    default: nil
    }
  }

  /// Whether this layer is never active: `Identity`, a rate of 0.
  static func isIdle(_ object: KerasObject) -> Bool {
    func isZero(_ key: String) -> Bool? { object.configuration[key].map { [0, 0.0].contains($0) } }
    return switch object.className {
    case "Identity": true
    case "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout":
      isZero("rate") ?? false
    case "GaussianNoise": isZero("stddev") ?? false
    case "ActivityRegularization": (isZero("l1") ?? true) && (isZero("l2") ?? true)
    default: false
    }
  }
}
