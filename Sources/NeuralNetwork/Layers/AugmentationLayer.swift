import Configuration

/// A layer that changes each image at random in training, and gives what it reads in inference.
///
/// What it draws for an image is a function of (seed, layer, epoch, place in the epoch's order): neither the step nor the
/// division of a batch counts, so that any number of workers and any interruption give the same images.
public protocol AugmentationLayer: UnaryLayer {
  /// The seed of its draws; nil for the run's.
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

  /// Nothing: other programs are given models for inference.
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
