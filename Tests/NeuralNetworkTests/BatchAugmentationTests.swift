import Configuration
import KerasGolden
import Randomness
import Testing

@testable import NeuralNetwork

@Suite("Augmentation of batches")
struct BatchAugmentationTests {
  @Test("mixes whole samples as Keras does with the same draws")
  func mixUp() throws {
    let golden = try Golden("mixing/mix_up")
    let shares = try golden.values("shares")
    try check(golden) { sample, partner in SampleMixture(partner: partner, share: shares[sample]) }
  }

  @Test("mixes rectangles as Keras does with the same draws", arguments: ["cut_mix", "cut_mix_gray"])
  func cutMix(name: String) throws {
    let golden = try Golden("mixing/\(name)")
    let (shares, size) = (try golden.values("shares"), try golden.dimensions("images"))
    let (left, top) = (try golden.values("left"), try golden.values("top"))
    try check(golden) { sample, partner in
      let patch = ImagePatch(
        share: shares[sample], left: left[sample], top: top[sample], height: size[1], width: size[2])
      var mixture = SampleMixture(partner: partner, share: patch.share(height: size[1], width: size[2]))
      mixture.patch = patch
      return mixture
    }
  }

  private func check(_ golden: Golden, _ mixture: (_ sample: Int, _ partner: Int) -> SampleMixture) throws {
    let partners = try golden.integers("partners").map(Int.init)
    let (images, labels) = (try golden.values("images"), try golden.values("labels"))
    let shape = Shape(Array(try golden.dimensions("images").dropFirst()))
    let classes = try golden.dimensions("labels")[1]
    var (mixedImages, mixedLabels, shares) = (images, labels, [Float]())
    for (sample, partner) in partners.enumerated() {
      let mixture = mixture(sample, partner)
      shares.append(mixture.share)
      images.withUnsafeBufferPointer { images in
        mixedImages.withUnsafeMutableBufferPointer { mixed in
          guard let own = mixed.baseAddress, let all = images.baseAddress else { return }
          mixture.mix(own + sample * shape.count, with: all + partner * shape.count, shape: shape)
        }
      }
      labels.withUnsafeBufferPointer { labels in
        mixedLabels.withUnsafeMutableBufferPointer { mixed in
          guard let own = mixed.baseAddress, let all = labels.baseAddress else { return }
          mixture.mix(own + sample * classes, with: all + partner * classes, count: classes)
        }
      }
    }
    #expect(firstDifference(shares, try golden.values("mixed_shares"), tolerance: 1e-6) == nil)
    #expect(firstDifference(mixedImages, try golden.values("mixed_images"), tolerance: 1e-6) == nil)
    #expect(firstDifference(mixedLabels, try golden.values("mixed_labels"), tolerance: 1e-6) == nil)
  }

  private static let shape: Shape = [9, 7, 2]

  private func mixtures(
    _ augmentation: BatchAugmentation, seed: UInt64 = 3, epoch: Int = 0, firstSample: Int = 0, samples: Int = 40
  ) -> [SampleMixture] {
    withUnsafeTemporaryAllocation(of: SampleMixture.self, capacity: samples) { mixtures in
      guard let start = mixtures.baseAddress else { return [] }
      start.initialize(repeating: SampleMixture(), count: samples)
      augmentation.draw(
        seed: seed, epoch: epoch, firstSample: firstSample, samples: samples, shape: Self.shape, into: start)
      return Array(mixtures)
    }
  }

  private func isEqual(_ one: [SampleMixture], _ other: [SampleMixture]) -> Bool {
    one.map { "\($0)" } == other.map { "\($0)" }
  }

  static let kinds = [
    BatchAugmentation(mixUp: MixUp()), BatchAugmentation(cutMix: CutMix()),
    BatchAugmentation(mixUp: MixUp(), cutMix: CutMix(factor: 0.5...1)),
  ]

  @Test("is a function of seed, epoch and place alone; partners are a permutation of the batch", arguments: kinds)
  func draws(augmentation: BatchAugmentation) {
    let first = mixtures(augmentation)
    #expect(isEqual(mixtures(augmentation), first))
    for other in [
      mixtures(augmentation, seed: 4), mixtures(augmentation, epoch: 1), mixtures(augmentation, firstSample: 40),
    ] {
      #expect(!isEqual(other, first))
      #expect(Set(other.map(\.partner)) == Set(0..<40) && other.map(\.partner) != first.map(\.partner))
      #expect(other.allSatisfy { (0...1).contains($0.share) } && Set(other.map(\.share)).count > 30)
    }
    // The last batch of an epoch may have one sample.
    #expect(mixtures(augmentation, samples: 1)[0].partner == 0)
  }

  @Test("of both kinds chooses one of them for each batch, equally often")
  func choice() {
    let cut = (0..<1000).filter { mixtures(Self.kinds[2], firstSample: $0, samples: 2)[0].patch != nil }.count
    // Six standard deviations.
    #expect(abs(cut - 500) < 95)
    #expect(mixtures(Self.kinds[0]).allSatisfy { $0.patch == nil })
    #expect(mixtures(Self.kinds[1]).allSatisfy { $0.patch != nil })
  }

  @Test(
    "has shares of the beta distribution: a mean of 1/2, a variance of 1/(8α + 4), a fourth moment",
    arguments: [1e-6, 0.05, 0.2, 0.5, 1, 1.5, 2, 8, 100])
  func distribution(alpha: Double) {
    var random = RandomStream(seed: 11, purpose: .batchAugmentation)
    let count = 20_000
    let shares = (0..<count).map { _ in Double(SymmetricBeta(alpha: alpha).draw(&random)) }
    #expect(shares.allSatisfy { (0...1).contains($0) })
    func mean(_ power: Int) -> Double {
      shares.reduce(0) { sum, share in sum + (0..<power).reduce(1) { product, _ in product * (share - 0.5) } }
        / Double(count)
    }
    let variance = 1 / (8 * alpha + 4)
    // The kurtosis of a symmetric beta distribution is 3 − 6 / (2α + 3).
    let fourth = variance * variance * (3 - 6 / (2 * alpha + 3))
    #expect(abs(mean(1)) < 6 * (variance / Double(count)).squareRoot())
    #expect(
      abs(mean(2) / variance - 1) < 6 * ((fourth / (variance * variance) - 1) / Double(count)).squareRoot() + 1e-6)
    #expect(abs(mean(4) / fourth - 1) < 0.1)
  }

  @Test("has the configuration of a name, or of names with options")
  func configurations() throws {
    func read(_ node: ConfigurationNode) throws -> BatchAugmentation {
      try BatchAugmentation(configuration: node, path: "fit.batch_augmentation")
    }
    func mapping(_ entries: (String, ConfigurationNode)...) -> ConfigurationNode {
      ConfigurationNode(mapping: entries.map { ConfigurationEntry($0, $1) })
    }
    #expect(try read("mix_up") == BatchAugmentation(mixUp: MixUp(alpha: 0.2)))
    #expect(try read(mapping(("mix_up", 0.4))) == BatchAugmentation(mixUp: MixUp(alpha: 0.4)))
    let both = BatchAugmentation(mixUp: MixUp(alpha: 2), cutMix: CutMix(factor: 0.5...1))
    let factor = mapping(("factor", [1, 0.5]))
    #expect(try read(mapping(("mix_up", mapping(("alpha", 2))), ("cut_mix", factor))) == both)
    #expect(try read(both.configuration) == both)
    #expect(try read(mapping(("cut_mix", .null))) == BatchAugmentation(cutMix: CutMix()))
    let mistakes: [(ConfigurationNode, String)] = [
      ("mixup", "fit.batch_augmentation: unknown key 'mixup'. Did you mean 'mix_up'? Known keys: mix_up, cut_mix."),
      (mapping(), "fit.batch_augmentation: expected mix_up or cut_mix, or both. Received: a mapping with "),
      (3, "fit.batch_augmentation: expected a mapping with the keys mix_up, cut_mix. Received: 3"),
      (
        mapping(("mix_up", mapping(("alpha", 0)))),
        "fit.batch_augmentation.mix_up.alpha: expected a number greater than 0. Received: 0"
      ),
      (
        mapping(("cut_mix", 2)),
        "fit.batch_augmentation.cut_mix.factor: expected a number from 0 to 1, or a list of two such numbers. Received: 2"
      ),
    ]
    for (node, message) in mistakes {
      let error = #expect(throws: ConfigurationError.self) { try read(node) }
      #expect(error.map { "\($0)" }?.hasPrefix(message) ?? false, "\(error.map { "\($0)" } ?? "")")
    }
  }
}
