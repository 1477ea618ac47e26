import Configuration

/// A layer that applies a random change to each image in training, and is the identity in inference.
///
/// The change is a function of (seed, layer, epoch, position in the epoch's order), not of the step or the division of a
/// batch: the images are the same for any number of workers and after any interruption.
public protocol AugmentationLayer: UnaryLayer {
  /// The seed of the changes; the run's if nil.
  var seed: UInt32? { get }
}

extension AugmentationLayer {
  public func outputShape(for input: Shape) throws -> Shape {
    guard input.image != nil else {
      throw LayerShapeError(needs: "an image (height, width, channels)", advice: "put it before a flatten layer")
    }
    return input
  }

  public var keepsLayout: Bool { true }

  /// Empty: exported models are for inference.
  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [] }
}

extension ConfigurationOption where Owner: AugmentationLayer {
  /// The seed of a layer; null for none.
  static func seed(_ property: Property<UInt32?>) -> ConfigurationOption {
    ConfigurationOption("seed") { reader, owner in
      guard reader.node("seed") != nil else { return }
      owner[keyPath: property] = UInt32(try reader.integer("seed", in: 0...Int(UInt32.max)))
    } write: {
      ConfigurationNode($0[keyPath: property].map { .integer(Int($0)) } ?? .null)
    }
  }
}
