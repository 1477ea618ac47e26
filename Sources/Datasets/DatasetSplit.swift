/// One of the two parts of a data set.
public enum DatasetSplit: String, Sendable, CaseIterable {
  /// What a run learns from.
  case train
  /// What it is judged by.
  case test
}
