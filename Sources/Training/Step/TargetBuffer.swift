import NeuralNetwork

/// A worker's targets in the form of the loss: classes or values.
final class TargetBuffer {
  private enum Storage {
    case classes(UnsafeMutablePointer<Int32>)
    case values(UnsafeMutablePointer<Float>)
  }

  private let storage: Storage
  /// The values per sample.
  private let count: Int

  /// - Parameters:
  ///   - capacity: the maximum number of samples.
  ///   - count: the number of model outputs.
  init(_ kind: TargetKind, capacity: Int, count: Int) {
    self.count = count
    switch kind {
    case .classes:
      let classes = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
      classes.initialize(repeating: 0, count: capacity)
      storage = .classes(classes)
    case .values:
      let values = UnsafeMutablePointer<Float>.allocate(capacity: capacity * count)
      values.initialize(repeating: 0, count: capacity * count)
      storage = .values(values)
    }
  }

  deinit {
    switch storage {
    case .classes(let classes): classes.deallocate()
    case .values(let values): values.deallocate()
    }
  }

  /// The targets loaded last.
  var targets: Targets {
    switch storage {
    case .classes(let classes): .classes(classes)
    case .values(let values): .values(values, count: count)
    }
  }

  /// Loads the targets of samples; `Dataset.check(fits:_:)` must have accepted the data set.
  func load(_ samples: SampleSlice) {
    switch storage {
    case .classes(let classes): Self.load(samples, classes)
    case .values(let values): load(samples, values)
    }
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
