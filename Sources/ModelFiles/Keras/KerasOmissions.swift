/// The parts of a Keras file used only in training: left out if nothing is trained, with one note per kind; refused if
/// training would differ without them.
struct KerasOmissions {
  private let purpose: KerasModelFile.Purpose
  private let file: String
  /// The layers, and the layer options, each with layer names.
  private var layers = NameList()
  private var options = NameList()
  private var initializers = NameList()

  init(purpose: KerasModelFile.Purpose, file: String) {
    self.purpose = purpose
    self.file = file
  }

  /// Whether the model is read for training.
  var isForTraining: Bool { purpose.isTraining }

  /// Leaves out a layer that returns its input in inference.
  ///
  /// - Throws: `ModelFileError.Problem.trainingLayer` if the model is read for training.
  mutating func omitLayer(_ name: String, className: String) throws {
    guard !purpose.isTraining else {
      throw ModelFileError(file: file, .trainingLayer(layer: name, className: className))
    }
    layers.add(name, to: className)
  }

  /// Leaves out an option used only in training.
  ///
  /// - Throws: `problem` if the file's training is to be resumed.
  mutating func omitOption(_ key: String, of place: String, otherwise problem: ModelFileError.Problem) throws {
    guard purpose != .training else { throw ModelFileError(file: file, problem) }
    options.add(place, to: key)
  }

  /// Notes an initializer that differs from Martlet's.
  mutating func noteInitializer(_ key: String, _ name: String, own: String, of place: String) {
    guard purpose.isTraining else { return }
    initializers.add(place, to: "\(key) is \(name); training from scratch uses \(own) here")
  }

  /// The notes for the user, one per kind.
  var notes: [String] {
    var notes: [String] = []
    if !layers.isEmpty {
      notes.append("left out, because they are active only in training: \(layers.text { "'\($0)'" })")
    }
    if !options.isEmpty { notes.append("left out, because they are used only in training: \(options.text { $0 })") }
    for (text, places) in initializers.entries {
      let others = places.count - 1
      let further = others == 0 ? "" : " and \(others) other layer\(others == 1 ? "" : "s")"
      notes.append("\(places[0])\(further): \(text)")
    }
    return notes
  }
}

/// Names grouped by key, in insertion order.
private struct NameList {
  private(set) var entries: [(key: String, names: [String])] = []

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(_ name: String, to key: String) {
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].names.append(name)
    } else {
      entries.append((key, [name]))
    }
  }

  /// `Dropout ('dropout', 'dropout_1'), RandomFlip ('flip')`, with the first few names of each group.
  func text(_ quoted: (String) -> String) -> String {
    entries.map { key, names in
      let shown = names.prefix(3).map(quoted).joined(separator: ", ")
      return "\(key) (\(shown)\(names.count > 3 ? " and \(names.count - 3) more" : ""))"
    }.joined(separator: ", ")
  }
}
