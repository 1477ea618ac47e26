import Configuration

/// Every layer. Register a new one here, on a line of its own.
///
/// The tests compare every layer of this list with Keras: its cases are lines in `Tests/KerasGolden/Scripts`.
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
    ELU.self,
    LeakyReLU.self,
    PReLU.self,
    Softmax.self,
    Add.self,
    Multiply.self,
    Average.self,
    Maximum.self,
    Subtract.self,
    Concatenate.self,
    BatchNormalization.self,
    LayerNormalization.self,
    GroupNormalization.self,
    UnitNormalization.self,
    Dropout.self,
    SpatialDropout2D.self,
    GaussianDropout.self,
    GaussianNoise.self,
    GlobalAveragePooling2D.self,
    GlobalMaxPooling2D.self,
    ZeroPadding2D.self,
    Cropping2D.self,
    UpSampling2D.self,
    Reshape.self,
    Permute.self,
    Rescaling.self,
    Normalization.self,
    RandomFlip.self,
    RandomTranslation.self,
    DepthwiseConv2D.self,
    SeparableConv2D.self,
    Conv2DTranspose.self,
    RandomCrop.self,
    RandomRotation.self,
    RandomZoom.self,
    RandomBrightness.self,
    RandomContrast.self,
    RandomErasing.self,
    Resizing.self,
    CenterCrop.self,
    ActivityRegularization.self,
  ])

extension Catalog where Entry == any Layer.Type {
  /// Every layer that a configuration can name.
  public static var layers: Catalog { layerCatalog }
}
