import Configuration
import NeuralNetwork

/// A loss with its options and Keras' results, for the tests of every loss in the catalog. Cases of a new loss are
/// added in a script of `Scripts`.
package struct LossCase {
  package let golden: Golden
  package let loss: any Loss
  /// Whether the outputs are the argument of a softmax that the loss applies.
  package let isLogits: Bool
  package let outputs: [Float]
  package let samples: Int
  private let classes: [Int32]
  private let numbers: [Float]

  /// The names of all cases.
  package static let names = Golden.cases("losses")

  package init(_ name: String) throws {
    golden = try Golden("losses/\(name)")
    let lossName = try golden.attribute("loss")
    guard let type = Catalog.losses.find(lossName) else { throw UnknownLoss(name: lossName) }
    loss = try type.init(
      options: ConfigurationReader(golden.node("configuration"), path: lossName, keys: type.optionKeys))
    isLogits = try golden.attribute("form") == "logits"
    outputs = try golden.values("outputs")
    classes = try golden.contains("labels") ? golden.integers("labels").map(Int32.init) : []
    numbers = try golden.contains("targets") ? golden.values("targets") : []
    samples = try golden.dimensions("outputs")[0]
  }

  struct UnknownLoss: Error {
    let name: String
  }

  /// The number of outputs per sample.
  package var count: Int { outputs.count / samples }

  /// The loss of each sample.
  ///
  /// - Parameters:
  ///   - outputs: the outputs of these samples; those of the case if nil.
  ///   - gradient: as in `Loss.compute`.
  package func compute(
    _ outputs: [Float]? = nil, samples range: Range<Int>? = nil, isLogits: Bool? = nil,
    gradient: UnsafeMutablePointer<Float>? = nil, scale: Float = 1
  ) -> [Double] {
    let range = range ?? 0..<samples
    let outputs = outputs ?? Array(self.outputs[range.lowerBound * count..<range.upperBound * count])
    var losses = [Double](repeating: 77, count: range.count)
    losses.withUnsafeMutableBufferPointer { losses in
      outputs.withUnsafeBufferPointer { outputs in
        withTargets { targets in
          guard let outputs = outputs.baseAddress, let losses = losses.baseAddress else { return }
          loss.compute(
            ModelOutputs(
              outputs, samples: range.count, count: count, isLogits: isLogits ?? self.isLogits,
              targets: targets.from(range.lowerBound)), losses: SampleColumn(losses), gradient: gradient, scale: scale)
        }
      }
    }
    return losses
  }

  private func withTargets(_ body: (Targets) -> Void) {
    classes.withUnsafeBufferPointer { classes in
      numbers.withUnsafeBufferPointer { numbers in
        if let classes = classes.baseAddress, !self.classes.isEmpty {
          body(.classes(classes))
        } else if let numbers = numbers.baseAddress {
          body(.values(numbers, count: count))
        }
      }
    }
  }
}

extension Targets {
  /// The targets, starting at a sample.
  func from(_ sample: Int) -> Targets {
    switch self {
    case .classes(let classes): .classes(classes + sample)
    case .values(let values, let count): .values(values + sample * count, count: count)
    }
  }
}
