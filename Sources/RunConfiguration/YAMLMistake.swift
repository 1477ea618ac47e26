import Configuration
import Yams

/// A common YAML mistake that the parser reports misleadingly.
struct YAMLMistake {
  let reason: String
  /// The line number, from 1.
  let line: Int

  var error: ConfigurationError {
    ConfigurationError(.unreadable(reason: "not YAML: \(reason)."), path: "", line: line)
  }

  /// Looks for a mistake in the line rejected by the parser, and in those before it.
  static func find(in text: String, near error: YamlError) -> YAMLMistake? {
    let mark: Mark
    switch error {
    case .scanner(_, _, let found, _), .parser(_, _, let found, _), .composer(_, _, let found, _): mark = found
    default: return nil
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    let before = lines.prefix(mark.line + 1)
    return tab(before) ?? missingSpace(before, near: mark.line)
  }

  /// Finds a tab in the indentation of a line, or between its dashes.
  private static func tab(_ lines: ArraySlice<String>) -> YAMLMistake? {
    for (index, line) in lines.enumerated() {
      let indentation = line.prefix { " \t-".contains($0) }
      guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("---"), let tab = indentation.firstIndex(of: "\t") else {
        continue
      }
      let column = line.distance(from: line.startIndex, to: tab) + 1
      return YAMLMistake(
        reason: "a tab at the start of the line (column \(column)); YAML is indented with spaces only", line: index + 1)
    }
    return nil
  }

  /// Finds `epochs:3`, in the rejected line or the one before it.
  private static func missingSpace(_ lines: ArraySlice<String>, near number: Int) -> YAMLMistake? {
    for line in [number, number - 1] where lines.indices.contains(line - 1) {
      let words = lines[line - 1].drop { " -{".contains($0) }
      let key = words.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      let rest = words.dropFirst(key.count)
      guard !key.isEmpty, rest.first == ":", let next = rest.dropFirst().first, !next.isWhitespace, next != "/" else {
        continue
      }
      return YAMLMistake(reason: "a space is missing after '\(key):'", line: line)
    }
    return nil
  }
}
