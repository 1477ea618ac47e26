/// The training or the test part of a data set.
public enum DatasetSplit: String, Sendable, CaseIterable {
  /// Training data.
  case train
  /// Test data.
  case test
}
