/// The classes of samples.
extension Dataset {
  /// The class of each sample (count); nil unless targets are labels, one-hot rows, or single numbers that are all 0 or 1.
  package var classes: [Int32]? {
    switch targets {
    case .labels: return labels
    case .values(_, let shape):
      var classes: [Int32] = []
      classes.reserveCapacity(count)
      for sample in 0..<count {
        guard let label = classIndex(sample, of: shape.count), shape.count > 1 || (0...1).contains(label) else {
          return nil
        }
        classes.append(Int32(label))
      }
      return classes
    case nil: return nil
    }
  }

  /// - Throws: `DatasetError.noClasses` unless every sample has a class.
  func checkedClasses(for key: String) throws -> [Int32] {
    guard let classes else { throw DatasetError.noClasses(name: name, key: key) }
    return classes
  }

  /// The same samples with names for their classes.
  ///
  /// - Parameter names: the names in the order of the labels; nil to keep what names there are.
  /// - Throws: `DatasetError.classNames` if the classes have other names already, or too few are given.
  package func named(_ names: [String]?) throws -> Dataset {
    guard let names, names != classNames else { return self }
    if let classNames { throw DatasetError.classNames(dataset: name, names: names, reason: .others(classNames)) }
    if let largest = classes?.max(), largest >= names.count {
      throw DatasetError.classNames(dataset: name, names: names, reason: .tooFew(label: Int(largest)))
    }
    return Dataset(self, name: name, selection: selection, classNames: names)
  }
}

/// The label of a class that is named by hand.
extension [String] {
  /// The position of a class among these names; a number that is none of them is a label, if the names are not numbers
  /// themselves. Nil if there is no such class.
  package func label(ofClass name: String) -> Int? {
    if let label = firstIndex(of: name) { return label }
    guard let label = Int(name), indices.contains(label), !contains(where: { Int($0) != nil }) else { return nil }
    return label
  }
}
