import NeuralNetwork

/// A worker's targets in the form of the loss: classes or values, or whichever the data has.
final class TargetBuffer {
  private let classes: UnsafeMutablePointer<Int32>?
  private let values: UnsafeMutablePointer<Float>?
  /// The values of another sample, to mix with.
  private let other: UnsafeMutablePointer<Float>?
  /// The values per sample.
  private let count: Int

  /// The targets loaded last.
  private(set) var targets: Targets

  /// - Parameters:
  ///   - capacity: the maximum number of samples.
  ///   - count: the number of model outputs.
  init(_ loss: any Loss.Type, capacity: Int, count: Int) {
    self.count = count
    let hasClasses = loss.targets == .classes
    classes = hasClasses ? .allocate(capacity: capacity) : nil
    classes?.initialize(repeating: 0, count: capacity)
    values = !hasClasses || loss.acceptsDistributions ? .allocate(capacity: capacity * count) : nil
    values?.initialize(repeating: 0, count: capacity * count)
    other = values == nil ? nil : .allocate(capacity: count)
    other?.initialize(repeating: 0, count: count)
    switch (classes, values) {
    case (let classes?, _): targets = .classes(classes)
    case (nil, let values?): targets = .values(values, count: count)
    case (nil, nil): preconditionFailure("a loss has targets of some kind")
    }
  }

  deinit {
    classes?.deallocate()
    values?.deallocate()
    other?.deallocate()
  }

  /// Loads the targets of samples; `Dataset.check(fits:_:)` must have accepted the data set.
  func load(_ samples: SampleSlice) {
    if let values, classes == nil || samples.haveDistributions(over: count) {
      load(samples, values)
      targets = .values(values, count: count)
    } else if let classes {
      Self.load(samples, classes)
      targets = .classes(classes)
    }
  }

  /// Loads the targets of samples of a step's batch: values, mixed with those of others, if the run does so.
  func load(_ range: Range<Int>, of step: CurrentStep) {
    guard let mixing = step.mixing, let values, let other else { return load(step.batch.part(range)) }
    loadValues(step.batch.part(range), values)
    for sample in range {
      let mixture = mixing[sample]
      loadValues(step.batch.part(mixture.partner..<mixture.partner + 1), other)
      mixture.mix(values + (sample - range.lowerBound) * count, with: other, count: count)
    }
    targets = .values(values, count: count)
  }

  /// Loads values; those of a class are one-hot.
  private func loadValues(_ samples: SampleSlice, _ numbers: UnsafeMutablePointer<Float>) {
    guard let classes, !samples.haveDistributions(over: count) else { return load(samples, numbers) }
    Self.load(samples, classes)
    numbers.update(repeating: 0, count: samples.count * count)
    for position in 0..<samples.count { numbers[position * count + Int(classes[position])] = 1 }
  }

  /// Loads classes: a label, the index of the largest of several values, or the only value.
  private static func load(_ samples: SampleSlice, _ classes: UnsafeMutablePointer<Int32>) {
    switch samples.targets {
    case .labels(let labels):
      for position in 0..<samples.count { classes[position] = labels[samples.index(at: position)] }
    case .values(let values, let width):
      for position in 0..<samples.count {
        let row = values + samples.index(at: position) * width
        classes[position] = Int32(width == 1 ? Int(row[0]) : Accuracy.largestIndex(row, count: width))
      }
    case .none: classes.update(repeating: 0, count: samples.count)
    }
  }

  /// Loads values. A label is a single value if the model has one output, and one-hot if it has several.
  private func load(_ samples: SampleSlice, _ numbers: UnsafeMutablePointer<Float>) {
    switch samples.targets {
    case .labels(let labels):
      if count > 1 { numbers.update(repeating: 0, count: samples.count * count) }
      for position in 0..<samples.count {
        let label = labels[samples.index(at: position)]
        if count > 1 { numbers[position * count + Int(label)] = 1 } else { numbers[position] = Float(label) }
      }
    case .values(let values, let width):
      for position in 0..<samples.count {
        (numbers + position * width).update(from: values + samples.index(at: position) * width, count: width)
      }
    case .none: numbers.update(repeating: 0, count: samples.count * count)
    }
  }
}

extension SampleSlice {
  /// Whether each target is a number per class.
  fileprivate func haveDistributions(over count: Int) -> Bool {
    if case .values(_, let width) = targets { width == count && width > 1 } else { false }
  }
}
