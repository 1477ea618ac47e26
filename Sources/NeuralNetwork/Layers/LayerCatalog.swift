/// Every layer there is. A new one is registered here, on a line of its own.
///
/// The tests run every layer of this list on what Keras computed with it: its cases are lines in
/// `Tests/KerasGolden/make_golden.py`.
public enum LayerCatalog {
  public static let all: [any Layer.Type] = [
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
    GlobalAveragePooling2D.self,
    Rescaling.self,
  ]
}
