/// A pattern of names: `*` stands for any characters, `?` for one, everything else for itself.
public struct NamePattern: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The pattern as written.
  public let description: String

  /// Creates a pattern.
  public init(_ text: String) { description = text }
  /// Creates a pattern.
  public init(stringLiteral text: String) { self.init(text) }

  /// Whether the whole of a name matches.
  public func matches(_ name: String) -> Bool {
    let (pattern, name) = (Array(description.unicodeScalars), Array(name.unicodeScalars))
    var (place, position) = (0, 0)
    // The last star, and the first character after what it stands for: one more if the rest does not match.
    var star: (place: Int, position: Int)?
    while position < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[position] {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        (place, position) = (last.place + 1, last.position + 1)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}

extension ConfigurationError.Problem {
  /// The problem of a pattern that matches none of the names of a kind.
  ///
  /// - Parameter part: the part of the pattern that is compared with the names; nil for all of it.
  package static func unmatched(
    _ pattern: NamePattern, part: NamePattern? = nil, kind: String, names: [String]
  ) -> Self {
    let shown = 30
    let list = names.prefix(shown).joined(separator: ", ") + (names.count > shown ? ", …" : "")
    let nearest = NearestWord.nearest(to: (part ?? pattern).description, among: names)
    let advice = nearest.map { "Did you mean '\($0)'? " } ?? ""
    return .conflict(
      "no \(kind) matches '\(pattern.description.quotedForMessage)'. \(advice)The \(kind)s are \(list).")
  }
}
