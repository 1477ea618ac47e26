import Configuration

/// values[i] up to and including the step boundaries[i], and the last value after the last boundary: Keras'
/// `PiecewiseConstantDecay`. The values are learning rates; the optimizer's is not used.
public struct PiecewiseConstantDecay: ScheduleForm {
  public static let name = "piecewise_constant"
  public static let className: String? = "PiecewiseConstantDecay"
  public static let prototype = PiecewiseConstantDecay(boundaries: [1], values: [1, 1])
  public static let schema: Schema = [
    required("boundaries", \.boundaries, where: .zeroOrMore, write: step),
    required("values", \.values, where: .zeroOrMore) { ConfigurationNode(.number($0)) },
  ]

  /// The steps after which the rate changes, in ascending order.
  public var boundaries: [Double]
  /// The learning rates, one more than boundaries.
  public var values: [Double]

  private static func required(
    _ key: String, _ property: WritableKeyPath<Self, [Double]> & Sendable, where range: NumberRange,
    write: @escaping @Sendable (Double) -> ConfigurationNode
  ) -> ConfigurationOption<Self> {
    ConfigurationOption(key) { reader, form in
      _ = try reader.required(key)
      form[keyPath: property] = try reader.numbers(key, where: range)
    } write: {
      ConfigurationNode(.sequence($0[keyPath: property].map(write)))
    }
  }

  /// A number, or an integer if it is one: Keras compares steps, which are integers, with what its files have.
  private static func step(_ number: Double) -> ConfigurationNode {
    Int(exactly: number).map { ConfigurationNode(.integer($0)) } ?? ConfigurationNode(.number(number))
  }

  public func check(_ reader: ConfigurationReader) throws {
    guard zip(boundaries, boundaries.dropFirst()).allSatisfy(<) else {
      throw reader.error(.conflict("the boundaries must ascend."), at: "boundaries")
    }
    guard values.count == boundaries.count + 1 else {
      throw reader.error(
        .conflict("\(boundaries.count) boundaries need \(boundaries.count + 1) values, got \(values.count)."),
        at: "values")
    }
  }

  public func start(_ rate: Double) -> Double { values.first ?? rate }

  public func rate(_ rate: Double, step: Double) -> Double {
    let index = boundaries.firstIndex { step <= $0 } ?? boundaries.count
    return index < values.count ? values[index] : rate
  }
}

extension ScheduleForm where Self == PiecewiseConstantDecay {
  /// Constant rates between ascending boundaries, one more than these.
  public static func piecewiseConstant(boundaries: [Int], values: [Double]) -> PiecewiseConstantDecay {
    precondition(values.count == boundaries.count + 1, "\(boundaries.count) boundaries and \(values.count) values")
    return PiecewiseConstantDecay(boundaries: boundaries.map(Double.init), values: values)
  }
}
