import Configuration

/// A self-contained HTML document.
struct Page {
  /// The first bytes of every report, by which a file is known to be one.
  package static let start = HTML.documentStart(comment: "Martlet report").markup

  let title: String
  /// What is said first, above the table of contents.
  let lead: [HTML]
  let sections: [Section]

  var html: String {
    let head: [HTML] = [
      .void("meta", ["charset": "utf-8"]),
      .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .void("meta", ["name": "color-scheme", "content": "light dark"]),
      // Nothing is loaded from anywhere, and no script runs, whatever the names in the report are.
      .void(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
        ]),
      .element("title", [:], HTML(title)), .style(Stylesheet.text),
    ]
    let contents = HTML.element(
      "nav", ["aria-label": "Contents"], .element("ul", [:], sections.map(\.link)))
    let body: [HTML] =
      [
        .element("header", [:], [.element("h1", [:], HTML(title)), .newline] + lead), .newline, contents, .newline,
        .element("main", [:], sections.map(\.html)), .newline,
        .element("footer", [:], .paragraph("Martlet \(MartletVersion.text)")), .newline,
      ]
    let document = HTML.element(
      "html", ["lang": "en"],
      [
        .newline, .element("head", [:], head.flatMap { [$0, .newline] }), .newline, .element("body", [:], body),
        .newline,
      ])
    return "\(Self.start)\(document.markup)\n"
  }
}
