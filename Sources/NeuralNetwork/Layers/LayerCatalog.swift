/// Every layer there is. A new one is registered here, on a line of its own.
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
