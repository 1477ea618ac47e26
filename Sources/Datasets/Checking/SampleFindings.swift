import Configuration

/// Findings about single samples: equal ones, constant ones.
struct SampleFindings {
  private let parts: [DatasetPart]
  private let statistics: [DatasetStatistics]
  /// The number of each part's first sample, if samples are counted through all parts.
  private let starts: [Int]
  /// The numbers of all samples, sorted by digest: equal inputs are adjacent. Nothing else of a sample is kept, for sets of
  /// many millions.
  private let order: [Int]
  /// The ranges of equal inputs in `order`, in the order of their first samples.
  private let groups: [Range<Int>]

  init(_ parts: [DatasetPart], _ statistics: [DatasetStatistics]) {
    self.parts = parts
    self.statistics = statistics
    var starts = [0]
    for part in statistics { starts.append(starts[starts.count - 1] + part.digests.count) }
    self.starts = starts
    func digest(_ number: Int) -> InputDigest {
      let part = Self.part(of: number, starts)
      return statistics[part].digests[number - starts[part]]
    }
    var order = Array(0..<(starts.last ?? 0))
    order.sort { left, right in
      let (one, other) = (digest(left), digest(right))
      return one == other ? left < right : one < other
    }
    self.order = order
    var (groups, start): ([Range<Int>], Int) = ([], 0)
    for end in 1...max(order.count, 1) where end >= order.count || digest(order[end]) != digest(order[start]) {
      if end - start > 1, end <= order.count { groups.append(start..<end) }
      start = end
    }
    self.groups = groups.sorted { order[$0.lowerBound] < order[$1.lowerBound] }
  }

  /// The part of a sample, by its number.
  private static func part(of number: Int, _ starts: [Int]) -> Int {
    var part = 0
    while number >= starts[part + 1] { part += 1 }
    return part
  }

  private func place(_ number: Int) -> (part: Int, index: Int) {
    let part = Self.part(of: number, starts)
    return (part, number - starts[part])
  }

  var all: [DatasetFinding] {
    [conflicting, repeated].compactMap { $0 } + shared
      + lists(\.constantSamples, .constantSamples) {
        $0 == 1 ? "1 image has the same value everywhere" : "\($0) images have the same value everywhere"
      }
      + lists(\.nonfiniteSamples, .nonfiniteSamples) {
        $0 == 1 ? "1 input has a value that is NaN or infinite" : "\($0) inputs have a value that is NaN or infinite"
      }
  }

  // MARK: - Equal inputs

  private var conflicting: DatasetFinding? {
    let found = groups.filter { group in
      let first = target(order[group.lowerBound])
      return order[group].contains { target($0) != first }
    }
    guard !found.isEmpty else { return nil }
    let count = found.reduce(0) { $0 + $1.count }
    let inputs = found.count == 1 ? "1 input has" : "\(found.count) inputs have"
    return DatasetFinding(
      .conflictingTargets, count: found.count, "\(inputs) more than one target, in \(count) samples.",
      examples: found.prefix(DatasetFinding.exampleLimit).map { text($0) })
  }

  private var repeated: DatasetFinding? {
    var (count, examples): (Int, [String]) = (0, [])
    for group in groups {
      let surplus = group.count - Set(order[group].map { place($0).part }).count
      guard surplus > 0 else { continue }
      count += surplus
      if examples.count < DatasetFinding.exampleLimit { examples.append(text(group)) }
    }
    guard count > 0 else { return nil }
    return DatasetFinding(
      .repeatedSamples, count: count,
      count == 1 ? "1 sample repeats an input of its part." : "\(count) samples repeat an input of their part.",
      examples: examples)
  }

  /// A finding for each two parts that share inputs.
  private var shared: [DatasetFinding] {
    parts.indices.flatMap { first in
      parts.indices.filter { $0 > first }.compactMap { shared(first, $0) }
    }
  }

  private func shared(_ first: Int, _ second: Int) -> DatasetFinding? {
    var (count, examples): (Int, [String]) = (0, [])
    for group in groups {
      let members = order[group].map { place($0).part }
      let number = members.count { $0 == second }
      guard number > 0, members.contains(first) else { continue }
      count += number
      if examples.count < DatasetFinding.exampleLimit { examples.append(text(group)) }
    }
    guard count > 0 else { return nil }
    let (one, other) = (parts[first], parts[second])
    return DatasetFinding(
      .sharedSamples, count: count,
      "\(count) of the \(other.data.count) samples of \(other.name) \(count == 1 ? "is" : "are") in \(one.name) too.",
      examples: examples)
  }

  private func target(_ number: Int) -> [Float]? {
    let (part, index) = place(number)
    return parts[part].data.target(index)
  }

  /// `train 12 (label 3) = test 7 (label 5)`
  private func text(_ group: Range<Int>) -> String {
    let limit = 6
    let shown = order[group].prefix(limit).map(place).map { text(part: $0.part, index: $0.index) }
    return shown.joined(separator: " = ") + (group.count > limit ? " = … (\(group.count) samples)" : "")
  }

  // MARK: - Samples

  /// `train 12 (label 3, cat)`, with the sample's file if it has one.
  private func text(part: Int, index: Int) -> String {
    let data = parts[part].data
    let file = data.fileName(index).map { "\($0), " } ?? ""
    return "\(parts[part].name) \(index) (\(file)\(data.targetText(index)))"
  }

  private func lists(
    _ list: KeyPath<DatasetStatistics, [Int]>, _ kind: DatasetFinding.Kind, _ summary: (Int) -> String
  ) -> [DatasetFinding] {
    statistics.enumerated().compactMap { part, statistics in
      let found = statistics[keyPath: list]
      guard !found.isEmpty else { return nil }
      return DatasetFinding(
        kind, count: found.count, "\(summary(found.count)) in \(parts[part].name).",
        examples: found.prefix(DatasetFinding.exampleLimit).map { text(part: part, index: $0) })
    }
  }
}

extension Dataset {
  /// `label 3 (cat)`, `target 0.5 1.5`, `no target`
  package func targetText(_ index: Int) -> String {
    if let label = label(index) {
      return "label \(label)" + (className(label).map { " (\($0))" } ?? "")
    }
    guard let target = target(index) else { return "no target" }
    let limit = 8
    return "target \(target.prefix(limit).map(\.digits).joined(separator: " "))\(target.count > limit ? " …" : "")"
  }

  /// The name of a class; nil if it has none.
  package func className(_ label: Int) -> String? {
    classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil }
  }
}
