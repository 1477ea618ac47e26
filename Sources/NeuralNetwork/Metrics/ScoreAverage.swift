/// How the values of classes become one: of all their counts (micro), their mean (macro), or their mean weighted with the
/// number of positive targets (weighted).
public enum ScoreAverage: String, CaseIterable, Sendable {
  case micro, macro, weighted
}
