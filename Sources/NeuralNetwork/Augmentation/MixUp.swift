import Configuration
import Randomness

/// Mixes each sample of a batch, and its target, with another one in training: λ · x + (1 − λ) · x′.
///
/// Source: H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018, with a share λ of its own for each
/// sample, as Keras' layer MixUp has it.
public struct MixUp: Configurable, Equatable {
  static let typeName = "mix_up"
  public static let prototype = MixUp()
  public static let schema: Schema = [.number("alpha", \.alpha, where: .positive)]

  /// Both parameters of the beta distribution of the shares: the larger, the more alike are those of both samples.
  public var alpha: Double

  /// Creates the augmentation with Keras' default.
  ///
  /// - Parameter alpha: greater than 0.
  public init(alpha: Double = 0.2) {
    precondition(alpha > 0 && alpha.isFinite, "alpha must be greater than 0, got \(alpha)")
    self.alpha = alpha
  }

  func draw(_ random: inout RandomStream, samples: Int, _ mixtures: UnsafeMutablePointer<SampleMixture>) {
    let distribution = SymmetricBeta(alpha: alpha)
    for sample in 0..<samples { mixtures[sample].share = distribution.draw(&random) }
  }
}
