/// A part of the report with a heading, to which the table of contents links.
struct Section {
  /// The name in links.
  let id: String
  let title: String
  let content: [HTML]

  var html: HTML {
    .element("section", ["id": id], [.element("h2", [:], HTML(title)), .newline] + content + [.newline])
  }

  var link: HTML { .element("li", [:], .element("a", ["href": "#\(id)"], HTML(title))) }
}
