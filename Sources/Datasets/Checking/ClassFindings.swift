import Tensors

/// Findings about classes.
struct ClassFindings {
  let parts: [(name: DatasetSplit, statistics: DatasetStatistics)]
  let classNames: [String]?

  var all: [DatasetFinding] {
    [unnamed, rare, empty, constantChannels].compactMap { $0 } + untrained + unevaluated
  }

  /// `3 (cat)`
  private func text(_ label: Int) -> String {
    classNames.flatMap { $0.indices.contains(label) ? "\(label) (\($0[label]))" : nil } ?? "\(label)"
  }

  private func labels(_ part: DatasetStatistics) -> Set<Int> { Set(part.classes?.map(\.label) ?? []) }

  private var train: DatasetStatistics? { parts.first { $0.name == .train }?.statistics }

  private func finding(_ kind: DatasetFinding.Kind, _ labels: [Int], _ summary: String) -> DatasetFinding? {
    labels.isEmpty
      ? nil : DatasetFinding(kind, count: labels.count, summary, examples: labels.map { "label \(text($0))" })
  }

  private static func classes(_ count: Int) -> String { count == 1 ? "1 class" : "\(count) classes" }

  private var unnamed: DatasetFinding? {
    guard let classNames else { return nil }
    let found = parts.reduce(into: Set()) { $0.formUnion(labels($1.statistics)) }.filter { $0 >= classNames.count }
    return finding(
      .unnamedClasses, found.sorted(), "\(Self.classes(found.count)) beyond the \(classNames.count) class names.")
  }

  private var rare: DatasetFinding? {
    guard let classes = train?.classes, let count = train?.count else { return nil }
    let found = classes.filter { $0.count * classes.count * 10 < count }
    guard !found.isEmpty else { return nil }
    return DatasetFinding(
      .rareClasses, count: found.count,
      "\(Self.classes(found.count)) with less than a tenth of the \(count / classes.count) training samples of an even "
        + "division.", examples: found.map { "label \(text($0.label)): \($0.count)" })
  }

  private var empty: DatasetFinding? {
    let found = parts.reduce(into: Set()) { $0.formUnion(labels($1.statistics)) }
    guard let largest = found.max() else { return nil }
    let all = classNames?.count ?? largest + 1
    // Labels that are far apart are numbers of another kind.
    guard all <= 10 * found.count + 10 else { return nil }
    let missing = (0..<all).filter { !found.contains($0) }
    return finding(.emptyClasses, missing, "\(Self.classes(missing.count)) without samples in any part.")
  }

  private var untrained: [DatasetFinding] {
    guard let train, train.classes != nil else { return [] }
    return parts.filter { $0.name != .train }.compactMap { part in
      let missing = labels(part.statistics).subtracting(labels(train)).sorted()
      return finding(
        .untrainedClasses, missing, "\(Self.classes(missing.count)) in \(part.name) but not in train.")
    }
  }

  private var unevaluated: [DatasetFinding] {
    guard let train, train.classes != nil else { return [] }
    return parts.filter { $0.name != .train && $0.statistics.classes != nil }.compactMap { part in
      let missing = labels(train).subtracting(labels(part.statistics)).sorted()
      return finding(
        .unevaluatedClasses, missing, "\(Self.classes(missing.count)) in train but not in \(part.name).")
    }
  }

  private var constantChannels: DatasetFinding? {
    guard let train, train.count > 1 else { return nil }
    let found = train.channels.indices.filter { train.channels[$0].isConstant }
    guard !found.isEmpty else { return nil }
    let what = train.input.shape.image == nil ? ("value", "values") : ("channel", "channels")
    return DatasetFinding(
      .constantChannels, count: found.count,
      "\(found.count) \(found.count == 1 ? what.0 : what.1) of \(train.channels.count) the same in all training samples.",
      examples: found.map { "\(what.0) \($0): \(train.channels[$0].mean.digits)" })
  }
}
