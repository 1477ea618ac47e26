import Configuration

/// Every layer there is. A new one is registered here, on a line of its own.
///
/// The tests run every layer of this list on what Keras computed with it: its cases are lines in
/// `Tests/KerasGolden/make_golden.py`.
private let layerCatalog = Catalog<any Layer.Type>(
  kind: "layer", names: { [$0.typeName] },
  [
    Conv2D.self,
    MaxPooling2D.self,
    AveragePooling2D.self,
    Flatten.self,
    Dense.self,
    Activation.self,
    ReLU.self,
    Add.self,
    Concatenate.self,
    BatchNormalization.self,
    Dropout.self,
    GaussianNoise.self,
    GlobalAveragePooling2D.self,
    Rescaling.self,
  ])

extension Catalog where Entry == any Layer.Type {
  /// Every layer there is.
  public static var layers: Catalog { layerCatalog }
}
