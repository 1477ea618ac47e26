import Configuration
import Randomness

/// The augmentation of whole batches, which mixes samples and their targets: MixUp, CutMix, or for each batch one of both
/// at random, with equal probability.
public struct BatchAugmentation: Equatable, Sendable {
  /// Mixes whole samples.
  public var mixUp: MixUp?
  /// Mixes rectangles of images.
  public var cutMix: CutMix?

  /// Creates the augmentation.
  ///
  /// - Precondition: one of them is given, or both.
  public init(mixUp: MixUp? = nil, cutMix: CutMix? = nil) {
    precondition(mixUp != nil || cutMix != nil, "batches are augmented by mix-up, by cut-mix or by one of both")
    self.mixUp = mixUp
    self.cutMix = cutMix
  }
}

extension BatchAugmentation {
  /// The keys of a configuration.
  private static let keys = [MixUp.typeName, CutMix.typeName]

  /// A name, or a mapping from one or two names to their options.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  package init(configuration node: ConfigurationNode, path: String) throws {
    var mapping = node
    if case .string(let name) = node.value {
      mapping = ConfigurationNode(mapping: [ConfigurationEntry(name, .null, line: node.line)], line: node.line)
    }
    let reader = try ConfigurationReader(mapping, path: path, keys: Self.keys)
    func read<Kind: Configurable>(_ key: String, _ kind: Kind.Type) throws -> Kind? {
      guard let options = mapping[key] else { return nil }
      let path = reader.path(of: key)
      return try Kind(
        options: ConfigurationReader(
          options.options(keys: Kind.optionKeys, line: options.line), path: path, keys: Kind.optionKeys))
    }
    mixUp = try read(MixUp.typeName, MixUp.self)
    cutMix = try read(CutMix.typeName, CutMix.self)
    guard mixUp != nil || cutMix != nil else {
      throw ConfigurationError(
        .unexpected(expected: Self.keys.joined(separator: " or ") + ", or both", received: node.received), path: path,
        line: node.line)
    }
  }

  /// The configuration with all options.
  package var configuration: ConfigurationNode {
    let entries = [
      mixUp.map { ConfigurationEntry(MixUp.typeName, ConfigurationNode(mapping: $0.options)) },
      cutMix.map { ConfigurationEntry(CutMix.typeName, ConfigurationNode(mapping: $0.options)) },
    ]
    return ConfigurationNode(mapping: entries.compactMap { $0 })
  }
}

extension BatchAugmentation {
  /// Whether samples of a shape can be mixed: for CutMix they must be images.
  package func accepts(_ shape: Shape) -> Bool { cutMix == nil || shape.imageOrPlane != nil }

  /// Draws the mixtures of a batch: a function of the seed and the batch's place in the run alone.
  ///
  /// - Precondition: samples are images (`accepts(_:)`), for CutMix.
  /// - Parameters:
  ///   - firstSample: the place of the batch's first sample in the epoch's order.
  ///   - mixtures: overwritten for each sample of the batch.
  package func draw(
    seed: UInt64, epoch: Int, firstSample: Int, samples: Int, shape: Shape,
    into mixtures: UnsafeMutablePointer<SampleMixture>
  ) {
    var random = RandomStream(seed: seed, purpose: .batchAugmentation, epoch: epoch, step: firstSample)
    let isCut = cutMix != nil && (mixUp == nil || random.nextUniform() < 0.5)
    for sample in 0..<samples { mixtures[sample] = SampleMixture(partner: sample) }
    for sample in stride(from: samples - 1, to: 0, by: -1) {
      let other = random.nextIndex(below: sample + 1)
      let partner = mixtures[sample].partner
      mixtures[sample].partner = mixtures[other].partner
      mixtures[other].partner = partner
    }
    if isCut, let cutMix, let size = shape.imageOrPlane {
      cutMix.draw(&random, samples: samples, height: size.height, width: size.width, mixtures)
    } else {
      mixUp?.draw(&random, samples: samples, mixtures)
    }
  }
}
