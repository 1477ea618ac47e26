import Configuration

extension NamePattern {
  /// Whether it is a pattern of the paths of variables (`dense/bias`): it has a '/'.
  package var isOfPaths: Bool { description.contains("/") }

  /// The part of it before a '/'.
  package var beforeSlash: NamePattern { NamePattern(String(description.prefix { $0 != "/" })) }
}
