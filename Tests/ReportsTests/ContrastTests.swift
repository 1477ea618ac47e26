import Foundation
import Testing

@testable import Reports

/// WCAG 2.2, 1.4.3 and 1.4.11: text has a contrast of 4.5 : 1 at least, and lines of charts 3 : 1.
@Suite("Colors of reports")
struct ContrastTests {
  private typealias Color = [Double]

  /// The colors by name: those of the light style, and with those of the dark style in place of them.
  private static let styles: [[String: Color]] = {
    let sheet = "\(Stylesheet.text)"
    let parts = sheet.components(separatedBy: "prefers-color-scheme: dark")
    let light = colors(parts[0])
    return [light, light.merging(colors(parts[1])) { $1 }]
  }()

  private static func colors(_ sheet: String) -> [String: Color] {
    let pairs = sheet.matches(of: #/--([a-z0-9]+): #([0-9a-f]{6});/#).map { match in
      (String(match.output.1), hexadecimal(String(match.output.2)))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func hexadecimal(_ text: String) -> Color {
    let value = Int(text, radix: 16) ?? 0
    return [16, 8, 0].map { Double(value >> $0 & 255) / 255 }
  }

  private static func luminance(_ color: Color) -> Double {
    let linear = color.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  private static func contrast(_ left: Color, _ right: Color) -> Double {
    let (low, high) = (min(luminance(left), luminance(right)), max(luminance(left), luminance(right)))
    return (high + 0.05) / (low + 0.05)
  }

  @Test("have enough contrast for text and for lines", arguments: styles.indices)
  func contrast(style: Int) throws {
    let colors = Self.styles[style]
    let paper = try #require(colors["paper"])
    for (name, least) in [("ink", 7), ("faint", 4.5), ("link", 4.5)] + (0..<Series.colors).map({ ("c\($0)", 3) }) {
      let color = try #require(colors[name])
      #expect(Self.contrast(color, paper) >= least, "\(name): \(Self.contrast(color, paper))")
    }
    #expect(colors.count == 6 + Series.colors)
  }

  @Test("of the cells of a matrix leave its numbers legible", arguments: styles.indices)
  func cells(style: Int) throws {
    let (paper, ink) = (try #require(Self.styles[style]["paper"]), try #require(Self.styles[style]["ink"]))
    for (color, share) in [([47.0, 129, 247], 0.55), ([229.0, 96, 10], 0.55)] {
      let cell = zip(color, paper).map { $0 / 255 * share + $1 * (1 - share) }
      #expect(Self.contrast(cell, ink) >= 4.5, "\(Self.contrast(cell, ink))")
    }
  }

  @Test("differ between light and dark")
  func dark() { #expect(Self.styles[0]["paper"] != Self.styles[1]["paper"]) }
}
