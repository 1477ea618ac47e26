import Martlet

/// The labels or targets of samples, as text.
struct ShownTargets {
  private let samples: Dataset
  private let indices: [Int]

  init(_ samples: Dataset, indices: [Int]) {
    self.samples = samples
    self.indices = indices
  }

  /// Labels in the layout of the contact sheet, one line per row; targets, one line per sample.
  var text: String {
    let labels = indices.compactMap { samples.label($0) }
    guard labels.count == indices.count else {
      let lines = indices.compactMap { samples.target($0) }.map { "\(Self.list($0))\n" }
      return lines.isEmpty ? "" : "targets:\n\(lines.joined())"
    }
    let texts = labels.map { label in samples.className(label).map { "\(label) \($0)" } ?? "\(label)" }
    let columns = Dataset.contactSheetColumns(indices.count)
    let width = texts.map(\.count).max() ?? 0
    let isNamed = samples.classNames != nil
    return "labels:\n"
      + stride(from: 0, to: texts.count, by: columns).map { start in
        let row = texts[start..<min(start + columns, texts.count)].map { text in
          let space = String(repeating: " ", count: width - text.count)
          return isNamed ? text + space : space + text
        }
        let line = row.joined(separator: isNamed ? "  " : " ")
        return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
      }.joined()
  }

  /// `label: 3 (cat)`, `target: 0.5`, `label: none`
  static func line(_ samples: Dataset, _ index: Int) -> String {
    if let label = samples.label(index) {
      return "label: \(label)" + (samples.className(label).map { " (\($0))" } ?? "")
    }
    guard let target = samples.target(index) else { return "label: none" }
    return "target: \(list(target))"
  }

  /// The first numbers, and their count if there are more.
  static func list(_ values: [Float]) -> String {
    let shown = 100
    let text = values.prefix(shown).map(\.digits).joined(separator: " ")
    return values.count > shown ? "\(text) … (\(values.count) numbers)" : text
  }
}
