extension DatasetParts {
  /// The data of a run: the parts with the samples that the settings choose, and the weights of the classes.
  ///
  /// - Parameter noTestData: the error if there is neither validation nor test data.
  /// - Throws: `DatasetError` if a part would be empty, or the settings do not suit the data.
  package func prepared(_ settings: SampleSettings, noTestData: DatasetError) throws -> DatasetSplits {
    var parts = try subset(settings.subset)
    if let fraction = settings.validationSplit {
      guard parts.validation == nil else { throw DatasetError.hasValidation(name: parts.train.stem) }
      (parts.train, parts.validation) = try parts.train.split(
        validation: fraction, stratifies: settings.stratifies ?? false)
    }
    if settings.oversamples {
      _ = try parts.train.checkedClasses(for: "fit.oversample")
      parts.train = parts.train.oversampled()
    }
    if let weight = settings.classWeight { parts.train = try parts.train.weighted(by: weight) }
    guard let validation = parts.validation else {
      guard let test = parts.test else { throw noTestData }
      return try DatasetSplits(train: parts.train, test: test)
    }
    return try DatasetSplits(train: parts.train, validation: validation, test: parts.test)
  }

  private func subset(_ subset: SampleSettings.Subset?) throws -> DatasetParts {
    let fraction: Double
    switch subset {
    case nil: return self
    case .fraction(let value): fraction = value
    case .count(let count):
      guard count <= train.count else {
        throw DatasetError.subsetTooLarge(name: train.name, samples: train.count, count)
      }
      fraction = Double(count) / Double(train.count)
    }
    return DatasetParts(
      train: train.subset(fraction), validation: validation?.subset(fraction), test: test?.subset(fraction))
  }
}

extension DatasetParts {
  /// The same parts with names for their classes; see `Dataset.named(_:)`.
  package func named(_ names: [String]?) throws -> DatasetParts {
    DatasetParts(
      train: try train.named(names), validation: try validation?.named(names), test: try test?.named(names))
  }
}

extension Dataset {
  /// A fixed draw of a fraction of the samples, at least one, with the same share of each class.
  func subset(_ fraction: Double) -> Dataset {
    let number = max(1, Int((Double(count) * fraction).rounded()))
    let drawn = draw(number, purpose: .subset).drawn
    return Dataset(self, name: name, selection: selection.samples(at: drawn))
  }

  /// At most `limit` samples (at least 1), evenly spread over the data, in its order.
  package func spread(_ limit: Int) -> Dataset {
    let number = max(min(limit, count), 1)
    return Dataset(self, name: name, selection: selection.samples(at: (0..<number).map { $0 * count / number }))
  }

  /// The training data with each sample's weight multiplied with that of its class.
  ///
  /// - Throws: `DatasetError` if the samples have no classes, or a name is not among them.
  func weighted(by weight: SampleSettings.ClassWeight) throws -> Dataset {
    let labels = try checkedClasses(for: "fit.class_weight")
    let factors = try weight.factors(labels: labels, classNames: classNames, dataset: stem)
    // A sample that was repeated is weighted once.
    var weighted = weights ?? [Float](repeating: 1, count: storedCount)
    for (sample, label) in labels.enumerated() {
      weighted[selection[sample]] = self.weight(sample) * Float(factors[Int(label)] ?? 1)
    }
    return Dataset(self, name: name, selection: selection, weights: weighted)
  }

  private var storedCount: Int {
    switch targets {
    case .labels(let labels): labels.count
    case .values(let values, let shape): values.count / shape.count
    case nil: 0
    }
  }
}

extension SampleSettings.ClassWeight {
  /// The weight of each class that has one.
  ///
  /// - Throws: `DatasetError.unknownClass` for a name that is not among the classes.
  fileprivate func factors(labels: [Int32], classNames: [String]?, dataset: String) throws -> [Int: Double] {
    var counts: [Int: Int] = [:]
    for label in labels { counts[Int(label), default: 0] += 1 }
    switch self {
    case .balanced: return counts.mapValues { Double(labels.count) / Double(counts.count * $0) }
    case .values(let values):
      let known = classNames ?? counts.keys.sorted().map(String.init)
      var factors: [Int: Double] = [:]
      for (name, value) in values.sorted(by: { $0.key < $1.key }) {
        let label = classNames.map { $0.label(ofClass: name) } ?? Int(name)
        guard let label, classNames != nil || counts[label] != nil else {
          throw DatasetError.unknownClass(dataset: dataset, name: name, known: known)
        }
        factors[label] = value
      }
      return factors
    }
  }
}
