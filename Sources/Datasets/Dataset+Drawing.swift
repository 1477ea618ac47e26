import Randomness

/// Fixed draws of samples: functions of the labels alone, so that runs with different seeds have the same samples.
extension Dataset {
  /// Draws part of the samples, with the same share of each class.
  ///
  /// - Parameter number: the number of samples to draw.
  /// - Returns: their indices and those of the others, each in the order of the data.
  func draw(_ number: Int, purpose: RandomPurpose) -> (drawn: [Int], others: [Int]) {
    var isDrawn = [Bool](repeating: false, count: count)
    let classes = samplesByClass
    for (index, (samples, share)) in zip(classes, shares(of: number, among: classes.map(\.count))).enumerated() {
      var order = SampleOrder(count: samples.count)
      order.shuffle(RandomStream(seed: 0, purpose: purpose, sample: index))
      for position in order.indices.prefix(share) { isDrawn[Int(samples[Int(position)])] = true }
    }
    return (isDrawn.indices.filter { isDrawn[$0] }, isDrawn.indices.filter { !isDrawn[$0] })
  }

  /// Splits a number in proportion to some counts, by the largest remainders (Hamilton's method); the first of equal
  /// ones wins.
  private func shares(of number: Int, among counts: [Int]) -> [Int] {
    let total = counts.reduce(0, +)
    var shares = counts.map { $0 * number / total }
    let byRemainder = counts.indices.sorted { left, right in
      let (first, second) = (counts[left] * number % total, counts[right] * number % total)
      return first == second ? left < right : first > second
    }
    for index in byRemainder.prefix(number - shares.reduce(0, +)) { shares[index] += 1 }
    return shares
  }

  /// The samples of each class that has any, in the order of the labels; all samples as one class without classes.
  package var samplesByClass: [[Int32]] {
    guard let classes else { return [Array(0..<Int32(count))] }
    var counts: [Int32: Int] = [:]
    for label in classes { counts[label, default: 0] += 1 }
    let labels = counts.keys.sorted()
    let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var samples = [[Int32]](repeating: [], count: labels.count)
    for (place, label) in labels.enumerated() { samples[place].reserveCapacity(counts[label] ?? 0) }
    for (sample, label) in classes.enumerated() { samples[places[label] ?? 0].append(Int32(sample)) }
    return samples
  }

  /// The samples with those of rare classes repeated, until each class has as many as the largest: whole repetitions, and
  /// a fixed draw for the rest. A sample's copies follow it.
  func oversampled() -> Dataset {
    let classes = samplesByClass
    let largest = classes.map(\.count).max() ?? 0
    var copies = [Int](repeating: 1, count: count)
    for (index, samples) in classes.enumerated() {
      var order = SampleOrder(count: samples.count)
      order.shuffle(RandomStream(seed: 0, purpose: .oversampling, sample: index))
      for sample in samples { copies[Int(sample)] = largest / samples.count }
      for position in order.indices.prefix(largest % samples.count) { copies[Int(samples[Int(position)])] += 1 }
    }
    let samples = copies.indices.flatMap { [Int](repeating: $0, count: copies[$0]) }
    return Dataset(self, name: name, selection: selection.samples(at: samples))
  }
}
