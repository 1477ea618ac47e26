extension Network {
  /// The table that Keras' `summary()` prints: layer, output shape, parameters; then totals with their sizes.
  ///
  /// - Parameter optimizer: whose variables are counted too; nil before training.
  public func summary(optimizer: (any Optimizer)? = nil) -> String {
    let rows = layers.indices.map { index in
      (
        "\(layers[index].name) (\(layers[index].className))", Self.batchShape(layers[index].outputShape),
        Self.grouped(parameterCount(ofLayer: index))
      )
    }
    var lines = ["Model: \"sequential\""] + SummaryTable.lines(rows)
    // Keras counts the iteration and the learning rate as variables of the optimizer.
    let optimizerCount = optimizer.map { $0.slotNames.count * parameterCount + 2 } ?? 0
    lines.append(Self.total("Total params", parameterCount + optimizerCount))
    lines.append(Self.total("Trainable params", parameterCount))
    lines.append(Self.total("Non-trainable params", 0))
    if optimizer != nil { lines.append(Self.total("Optimizer params", optimizerCount)) }
    return lines.joined(separator: "\n")
  }

  private static func batchShape(_ shape: Shape) -> String {
    "(None, \(shape.dimensions.map(String.init).joined(separator: ", ")))"
  }

  private static func total(_ name: String, _ count: Int) -> String {
    " \(name): \(grouped(count)) (\(size(ofFloats: count)))"
  }

  /// `145,370`.
  package static func grouped(_ count: Int) -> String {
    let digits = String(count)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `567.85 KB`, in steps of 1,024 as Keras has it.
  package static func size(ofFloats count: Int) -> String {
    var size = Double(count * MemoryLayout<Float>.size)
    var unit = 0
    let units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024, unit < units.count - 1 {
      size /= 1024
      unit += 1
    }
    let hundredths = Int((size * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(units[unit])"
  }
}

/// Keras' box around three columns of fixed widths. What does not fit in a column goes on in the next line.
package enum SummaryTable {
  private static let headings = ("Layer (type)", "Output Shape", "Param #")
  private static let widths = (31, 22, 13)

  package static func lines(_ rows: [(String, String, String)]) -> [String] {
    func rule(_ left: String, _ middle: String, _ right: String, _ dash: String) -> String {
      let dashes = [widths.0, widths.1, widths.2].map { String(repeating: dash, count: $0 + 2) }
      return left + dashes.joined(separator: middle) + right
    }
    let heading = [rule("┏", "┳", "┓", "━")] + row(headings, "┃") + [rule("┡", "╇", "┩", "━")]
    let body = rows.map { row($0, "│") }.joined(separator: [rule("├", "┼", "┤", "─")])
    return heading + body + [rule("└", "┴", "┘", "─")]
  }

  private static func row(_ cells: (String, String, String), _ bar: String) -> [String] {
    let cells = (wrapped(cells.0, widths.0), wrapped(cells.1, widths.1), wrapped(cells.2, widths.2))
    let height = max(cells.0.count, cells.1.count, cells.2.count)
    return (0..<height).map { index in
      func line(_ lines: [String]) -> String { index < lines.count ? lines[index] : "" }
      let texts = [
        padded(line(cells.0), widths.0), padded(line(cells.1), widths.1),
        padded(line(cells.2), widths.2, toRight: true),
      ]
      return "\(bar) " + texts.joined(separator: " \(bar) ") + " \(bar)"
    }
  }

  /// Lines of at most `width` characters, broken at spaces; a word that is longer than a line loses its end.
  private static func wrapped(_ text: String, _ width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      let word = word.count > width ? word.prefix(width - 1) + "…" : word
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int, toRight: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(width - text.count, 0))
    return toRight ? spaces + text : text + spaces
  }
}
