/// A piece of HTML, built of elements and text: no string becomes part of it without being escaped.
package struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The source text.
  package let markup: String

  private init(markup: String) { self.markup = markup }

  /// Text, escaped.
  package init(_ text: String) { markup = Self.escaped(text) }

  /// Text, escaped.
  package init(stringLiteral value: String) { self.init(value) }

  /// Pieces one after the other.
  package init(_ pieces: [HTML]) { markup = pieces.map(\.markup).joined() }

  /// An element with its content.
  package static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: [HTML] = []
  ) -> HTML {
    HTML(markup: "\(tag(name, attributes))\(HTML(content).markup)</\(name)>")
  }

  /// An element with a single piece of content.
  package static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: HTML
  ) -> HTML {
    element(name, attributes, [content])
  }

  /// An element without content or end: `meta`, `img`.
  package static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) -> HTML {
    HTML(markup: tag(name, attributes))
  }

  /// A style sheet, which is not escaped: its text is part of the program.
  static func style(_ sheet: StaticString) -> HTML { HTML(markup: "<style>\n\(sheet)\n</style>") }

  /// The start of a document, with a comment that tells files of one kind.
  static func documentStart(comment: StaticString) -> HTML { HTML(markup: "<!DOCTYPE html>\n<!-- \(comment) -->\n") }

  /// A line break in the source text, where white space does not matter.
  static let newline = HTML(markup: "\n")

  private static func tag(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) -> String {
    "<\(name)\(attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined())>"
  }

  /// Escapes what HTML reads as markup. Control characters, which HTML does not allow, and those that change the
  /// direction of the text after them become U+FFFD.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": escaped += "\u{FFFD}"
      case _ where scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint:
        escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension HTML {
  static func paragraph(_ text: HTML...) -> HTML { element("p", [:], text) }

  /// A remark in smaller text.
  static func note(_ text: HTML...) -> HTML { element("p", ["class": "note"], text) }

  static func heading(_ text: HTML) -> HTML { element("h3", [:], text) }

  /// Content that the reader opens.
  static func details(_ summary: HTML, isOpen: Bool = false, _ content: HTML...) -> HTML {
    let all = [element("summary", [:], summary)] + content
    return isOpen ? element("details", ["open": ""], all) : element("details", [:], all)
  }

  /// Names and their values, one pair a line.
  static func facts(_ facts: [(name: String, value: HTML)]) -> HTML {
    element(
      "dl", ["class": "facts"],
      facts.flatMap { [element("dt", [:], HTML($0.name)), element("dd", [:], $0.value), newline] })
  }
}
