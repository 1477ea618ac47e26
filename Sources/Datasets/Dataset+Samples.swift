import Tensors

/// Access to single samples.
extension Dataset {
  /// The input of a sample, as floats.
  package func input(_ index: Int) -> [Float] {
    let values = place(of: index, each: shape.count)
    return switch inputs {
    case .bytes(let all): all[values].map(Float.init)
    case .floats(let all): Array(all[values])
    }
  }

  /// The label of a sample; nil if the targets are not labels.
  package func label(_ index: Int) -> Int? {
    guard case .labels(let labels) = targets else { return nil }
    return Int(labels[range.lowerBound + index])
  }

  /// The class of a sample among `count`: its label, or the position of the 1 in a one-hot row; nil if the target is
  /// neither.
  package func classIndex(_ index: Int, of count: Int) -> Int? {
    switch targets {
    case .labels(let labels): return Int(labels[range.lowerBound + index])
    case .values(let values, let shape):
      let place = place(of: index, each: shape.count)
      return place.count == 1 ? Int(exactly: values[place.lowerBound]) : Self.onlyOne(in: values, place, count)
    case nil: return nil
    }
  }

  /// The position of the 1 in a one-hot row of `count` numbers; nil if the row is not one-hot.
  private static func onlyOne(in values: [Float], _ row: Range<Int>, _ count: Int) -> Int? {
    guard row.count == count else { return nil }
    var found: Int?
    for index in row where values[index] != 0 {
      guard values[index] == 1, found == nil else { return nil }
      found = index - row.lowerBound
    }
    return found
  }

  /// The target of a sample, as floats; nil without targets.
  package func target(_ index: Int) -> [Float]? {
    switch targets {
    case .labels(let labels): [Float(labels[range.lowerBound + index])]
    case .values(let values, let shape): Array(values[place(of: index, each: shape.count)])
    case nil: nil
    }
  }

  /// Whether inputs are images with 1 or 3 channels.
  package var isDrawable: Bool { shape.image.map { $0.channels == 1 || $0.channels == 3 } ?? false }

  /// The input of a sample as bytes. Floats are normalized: the minimum becomes 0, the maximum 255.
  package func pixels(_ index: Int) -> [UInt8] {
    let values = place(of: index, each: shape.count)
    switch inputs {
    case .bytes(let all): return Array(all[values])
    case .floats(let all):
      let image = all[values].map(Double.init)
      let least = image.min() ?? 0
      let extent = (image.max() ?? 0) - least
      return image.map { extent > 0 ? UInt8((($0 - least) / extent * 255).rounded()) : 0 }
    }
  }

  /// The index range of a sample's values in memory.
  private func place(of index: Int, each count: Int) -> Range<Int> {
    precondition((0..<self.count).contains(index), "'\(name)' has no sample \(index)")
    let first = (range.lowerBound + index) * count
    return first..<first + count
  }
}
