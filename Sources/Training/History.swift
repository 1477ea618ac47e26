/// The metrics of each complete epoch: a column of values per metric.
public struct History: Sendable, Equatable {
  /// `loss`, `accuracy`, `val_loss`, `val_accuracy`, `learning_rate`, `seconds`: a value per complete epoch.
  public private(set) var columns: [String: [Double]]

  /// Creates a history from columns of equal length.
  public init(columns: [String: [Double]] = [:]) { self.columns = columns }

  /// The number of epochs.
  public var count: Int { columns.values.map(\.count).max() ?? 0 }

  /// The values of one metric by epoch; empty for an unknown name.
  public subscript(name: String) -> [Double] { columns[name] ?? [] }

  /// The value to print: its shortest digits read back to the number that training used. A learning rate is a 32-bit
  /// number: 0.001, not 0.0010000000474974513.
  public func shortestValue(_ name: String, _ epoch: Int) -> Double {
    let value = self[name][epoch]
    return name == "learning_rate" ? Double("\(Float(value))") ?? value : value
  }

  /// Appends an epoch. Metrics that earlier epochs lack are NaN there, and metrics that this epoch lacks are NaN here.
  mutating func append(_ values: [String: Double]) {
    let epochs = count
    for name in Set(columns.keys).union(values.keys) {
      columns[name, default: [Double](repeating: .nan, count: epochs)].append(values[name] ?? .nan)
    }
  }
}
