import Testing

@testable import Reports

@Suite("HTML")
struct HTMLTests {
  @Test(
    "has no markup but that of elements",
    arguments: [
      ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
      ("a & b", "a &amp; b"), ("\"x\" 'y'", "&quot;x&quot; &#39;y&#39;"), ("]]> --> &amp;", "]]&gt; --&gt; &amp;amp;"),
      ("Müller 猫 🐈", "Müller 猫 🐈"), ("tab\tand\nline", "tab\tand\nline"),
      ("\0 \u{7} \u{1b}[31m \u{85}", "\u{FFFD} \u{FFFD} \u{FFFD}[31m \u{FFFD}"),
      ("gpj.\u{202E}exe\u{2066}", "gpj.\u{FFFD}exe\u{FFFD}"), ("\u{FFFF}\r", "\u{FFFD}\u{FFFD}"),
    ])
  func escaping(text: String, escaped: String) {
    #expect(HTML(text).markup == escaped)
    #expect(HTML.element("p", ["title": text], HTML(text)).markup == "<p title=\"\(escaped)\">\(escaped)</p>")
    #expect(HTML.void("img", ["alt": text]).markup == "<img alt=\"\(escaped)\">")
    #expect(HTML("x\(text)").markup == "x\(escaped)")
  }

  @Test("has tables whose cells have their headings")
  func table() {
    var table = Table(caption: "a < b", columns: [.text("class"), .number("count")])
    table.rows = [["x", "1"]]
    table.totals = [["all", "2"]]
    let html = table.html.markup.replacing("\n", with: "")
    #expect(html.contains("<caption>a &lt; b</caption>"))
    #expect(html.contains("<thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"number\">count</th></tr>"))
    #expect(html.contains("<tbody><tr><th scope=\"row\">x</th><td class=\"number\">1</td></tr></tbody>"))
    #expect(html.contains("<tfoot><tr><th scope=\"row\">all</th><td class=\"number\">2</td></tr></tfoot>"))
  }
}
