import NeuralNetwork

/// The metrics of each complete epoch: a column of values per metric.
public struct History: Sendable, Equatable {
  /// `loss`, `accuracy`, `val_loss`, `val_accuracy`, `learning_rate`, `seconds`: a number per complete epoch.
  public private(set) var columns: [String: [Double]]
  /// The metrics that are arrays, such as `f1_score` of each class: an array per complete epoch, all of one shape.
  public private(set) var arrays: [String: [MetricValue]]

  /// Creates a history from columns of equal length.
  public init(columns: [String: [Double]] = [:], arrays: [String: [MetricValue]] = [:]) {
    self.columns = columns
    self.arrays = arrays
  }

  /// The number of epochs.
  public var count: Int { columns.values.map(\.count).max() ?? 0 }

  /// The names of all columns, sorted.
  public var names: [String] { (Array(columns.keys) + arrays.keys).sorted() }

  /// The values of one metric by epoch; empty for an unknown name, and for one whose values are arrays.
  public subscript(name: String) -> [Double] { columns[name] ?? [] }

  /// The number to print: its shortest digits read back to the number that training used. A learning rate is a 32-bit
  /// number: 0.001, not 0.0010000000474974513.
  public func shortestValue(_ name: String, _ epoch: Int) -> Double {
    let value = self[name][epoch]
    return name == "learning_rate" ? Double("\(Float(value))") ?? value : value
  }

  /// The number to print, or the array, of an epoch.
  package func value(_ name: String, _ epoch: Int) -> MetricValue {
    arrays[name]?[epoch] ?? MetricValue(shortestValue(name, epoch))
  }

  /// Appends an epoch. Metrics that earlier epochs lack are NaN there, and metrics that this epoch lacks are NaN here.
  mutating func append(_ values: [String: MetricValue]) {
    let epochs = count
    for name in Set(columns.keys).union(arrays.keys).union(values.keys) {
      if let like = values[name] ?? arrays[name]?.first, like.number == nil {
        let missing = MetricValue(shape: like.shape, elements: like.elements.map { _ in .nan })
        arrays[name, default: [MetricValue](repeating: missing, count: epochs)].append(values[name] ?? missing)
      } else {
        columns[name, default: [Double](repeating: .nan, count: epochs)].append(values[name]?.number ?? .nan)
      }
    }
  }
}
