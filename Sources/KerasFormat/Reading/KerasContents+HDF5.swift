import HDF5Reading

/// Reads only what the Keras loaders would read.
extension KerasContents {
  /// - Throws: `HDF5Error` or `ModelFileError`.
  init(hdf5 bytes: [UInt8], path: String) throws {
    let root = try HDF5File(bytes, path: path).root
    let keys = KerasLayout.attributes
    var groupCount = 0
    if let layers = try Self.layersByClass(root, groupCount: &groupCount) {
      self.init(arrangement: .byClass, origin: try Self.origin(root))
      self.layers = layers
      metadata = try Self.metadata(root)
      let optimizer = "\(KerasLayout.optimizer)/\(KerasLayout.variables)"
      if try root.contains(optimizer) { self.optimizer = try Self.numbered(root.group(optimizer)) }
      return
    }
    self.init(arrangement: .byOrder, origin: try Self.origin(root))
    metadata = try Self.metadata(root)
    if root.hasAttribute(keys.model) { model = try root.attribute(keys.model) }
    if root.hasAttribute(keys.training) { training = try root.attribute(keys.training) }
    // A weights-only file has the layers at the root.
    let isWhole = try root.contains(KerasLayout.modelWeights)
    let weights = isWhole ? try root.group(KerasLayout.modelWeights) : root
    guard Self.hasNames(weights, KerasLayout.layerNames) else {
      throw ModelFileError(file: path, .missing("weights in a Keras layout: neither /layers nor layer_names"))
    }
    layers = try Self.names(weights, KerasLayout.layerNames).map { name in
      Layer(name: name, variables: try Self.listed(weights.group(name)))
    }
    if try root.contains(KerasLayout.optimizerWeights) {
      optimizer = try Self.listed(root.group(KerasLayout.optimizerWeights))
    }
  }

  private static func metadata(_ root: HDF5Group) throws -> InputMetadata {
    try InputMetadata { root.hasAttribute($0) ? try root.attribute($0) : nil }
  }

  private static func origin(_ root: HDF5Group) throws -> Origin {
    func text(_ name: String) throws -> String? { root.hasAttribute(name) ? try root.attribute(name) : nil }
    return Origin(
      version: try text(KerasLayout.attributes.version), backend: try text(KerasLayout.attributes.backend))
  }

  /// The layers of a file that stores them by class, at the location of its Keras version; nil if it has none.
  ///
  /// `/layers/<class>/vars/<number>`; on Windows the first two are one group, `layers\<class>`. A nested model is a
  /// layer that has layers.
  ///
  /// - Parameter groupCount: the number of layer groups read so far.
  private static func layersByClass(_ root: HDF5Group, groupCount: inout Int) throws -> [Layer]? {
    for name in KerasLayout.layerGroups {
      if try root.contains(name) {
        let group = try root.group(name)
        return try group.names.map { try layer($0, in: group, called: $0, groupCount: &groupCount) }
      }
      let prefix = "\(name)\\"
      let joined = root.names.filter { $0.hasPrefix(prefix) }
      if !joined.isEmpty {
        return try joined.map {
          try layer($0, in: root, called: String($0.dropFirst(prefix.count)), groupCount: &groupCount)
        }
      }
    }
    return nil
  }

  /// The maximum number of layer groups in a file: links can produce any number from a few bytes.
  private static let mostGroups = 4096

  private static func layer(_ path: String, in group: HDF5Group, called name: String, groupCount: inout Int) throws
    -> Layer
  {
    groupCount += 1
    guard groupCount <= mostGroups else {
      throw ModelFileError(file: group.file, .malformed(reason: "it has more than \(mostGroups) layers"))
    }
    let variables = "\(path)/\(KerasLayout.variables)"
    let own = try group.contains(variables) ? numbered(group.group(variables)) : []
    // An object that is not a group has no layers.
    guard let inner = try? group.group(path) else { return Layer(name: name, variables: own) }
    return Layer(name: name, variables: own, layers: try layersByClass(inner, groupCount: &groupCount) ?? [])
  }

  /// Datasets with the names 0, 1, 2…
  private static func numbered(_ group: HDF5Group) throws -> [StoredTensor] {
    let names = group.names
    let expected = names.indices.map(String.init)
    guard Set(names) == Set(expected) else {
      throw ModelFileError(
        file: "\(group.file): \(group.path)",
        .malformed(reason: "its variables are not numbered 0 to \(names.count - 1)"))
    }
    return try expected.map { try StoredTensor($0, of: group) }
  }

  /// Datasets in the order of `weight_names`.
  private static func listed(_ group: HDF5Group) throws -> [StoredTensor] {
    guard hasNames(group, KerasLayout.weightNames) else { return [] }
    return try names(group, KerasLayout.weightNames).map { try StoredTensor($0, of: group) }
  }

  // MARK: - Lists of names

  private static func hasNames(_ group: HDF5Group, _ attribute: String) -> Bool {
    group.hasAttribute(attribute) || group.hasAttribute("\(attribute)0")
  }

  /// A list of names, which Keras splits across several attributes if it is too long for one.
  private static func names(_ group: HDF5Group, _ attribute: String) throws -> [String] {
    if group.hasAttribute(attribute) { return try group.attributes(attribute) }
    var names: [String] = []
    var part = 0
    while group.hasAttribute("\(attribute)\(part)") {
      names += try group.attributes("\(attribute)\(part)")
      part += 1
    }
    return names
  }
}
