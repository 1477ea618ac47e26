/// Labels of other class names.
extension Dataset {
  /// The same samples with the labels that their class names have among others; unchanged without class names.
  ///
  /// - Parameter names: the names of the classes, in the order of their labels.
  /// - Throws: `DatasetError.foreignClass` if a class is not among them.
  package func relabeled(_ names: [String]) throws -> Dataset {
    guard let classNames, classNames != names, case .labels(let labels) = targets else { return self }
    let new = try classNames.map { name in
      guard let label = names.firstIndex(of: name) else {
        throw DatasetError.foreignClass(dataset: self.name, name: name, known: names)
      }
      return Int32(label)
    }
    let relabeled = try Dataset(
      name: name, shape: shape, storage: storage, count: labels.count,
      targets: .labels(labels.map { Int($0) < new.count ? new[Int($0)] : $0 }), weights: weights, classNames: names,
      digests: digests)
    return Dataset(relabeled, name: name, selection: selection)
  }
}
