/// A part of a data set, by its purpose.
public enum DatasetSplit: String, Sendable, CaseIterable {
  /// Training data.
  case train
  /// Data to evaluate a model on while it is trained.
  case validation
  /// Data to evaluate the finished model on.
  case test

  /// The parts that published data sets have.
  static let published: [DatasetSplit] = [.train, .test]
}
