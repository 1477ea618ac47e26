/// A group of a file.
package struct HDF5Group: Sendable {
  /// What messages call the file.
  package let file: String
  /// From the root, `/model_weights/dense`.
  package let path: String
  let object: HDF5Object
  let objects: HDF5Objects

  init(file: String, path: String, object: HDF5Object, objects: HDF5Objects) {
    (self.file, self.path, self.object, self.objects) = (file, path, object, objects)
  }

  /// The names of all that is in the group, sorted.
  package var names: [String] { object.members.map { $0.keys.sorted() } ?? [] }

  /// A group that is there, of that name or at that path below this one.
  ///
  /// - Throws: `HDF5Error` if it is missing, or no group.
  package func group(_ name: String) throws -> HDF5Group {
    let (object, path) = try existing(name)
    guard object.members != nil else {
      throw HDF5Error(file: file, object: path, problem: .unexpected(expected: "a group", found: "a dataset"))
    }
    return HDF5Group(file: file, path: path, object: object, objects: objects)
  }

  /// Whether something of that name, or at that path below the group, is there.
  ///
  /// - Throws: `HDF5Error` if it is a link that leads elsewhere: into another file, or to a name that may be there or not.
  package func contains(_ name: String) throws -> Bool { try find(name) != nil }

  /// The object at a path below the group, and its path from the root.
  ///
  /// - Throws: `HDF5Error.Problem.missing` if nothing is there.
  private func existing(_ name: String) throws -> (object: HDF5Object, path: String) {
    let path = path(of: name.split(separator: "/")[...])
    guard let object = try find(name) else { throw HDF5Error(file: file, object: path, problem: .missing) }
    return (object, path)
  }

  private func find(_ name: String) throws -> HDF5Object? {
    let steps = name.split(separator: "/")
    var object = object
    for (index, step) in steps.enumerated() {
      guard let link = object.members?[String(step)] else { return nil }
      // A path in a damaged file may have any length: it is put together where it is needed.
      do { object = try self.object(of: link) } catch let problem as HDF5Error.Problem {
        throw HDF5Error(file: file, object: path(of: steps[...index]), problem: problem)
      }
    }
    return object
  }

  private func object(of link: HDF5Link) throws -> HDF5Object {
    guard case .object(let address) = link else {
      throw HDF5Error.Problem.unexpected(expected: "an object of this file", found: "a link that leads elsewhere")
    }
    return try objects[address]
  }

  private func path(of steps: ArraySlice<Substring>) -> String {
    steps.isEmpty ? path : steps.reduce(into: path == "/" ? "" : path) { $0 += "/\($1)" }
  }
}

// MARK: - Attributes

extension HDF5Group {
  /// The names of all attributes of the group, sorted.
  package var attributeNames: [String] { object.attributes.keys.sorted() }

  package func hasAttribute(_ name: String) -> Bool { object.attributes[name] != nil }

  /// The one text of an attribute.
  ///
  /// - Throws: `HDF5Error` if it is missing, or no text.
  package func attribute(_ name: String) throws -> String {
    try read(name) { attribute in
      try HDF5Texts.read(attribute.elements, of: attribute.type, in: objects).only("text")
    }
  }

  /// The texts of an attribute; none for an empty list of any type.
  package func attributes(_ name: String) throws -> [String] {
    try read(name) { attribute in
      guard !attribute.elements.isEmpty else { return [] }
      return try HDF5Texts.read(attribute.elements, of: attribute.type, in: objects)
    }
  }

  /// The one integer of an attribute.
  package func integerAttribute(_ name: String) throws -> Int {
    try read(name) { attribute in
      Int(try Int64.values(attribute.elements, of: attribute.type).only("integer"))
    }
  }

  private func read<Result>(_ name: String, _ body: (HDF5Attribute) throws -> Result) throws -> Result {
    try HDF5Place(file: file, object: "\(path)@\(name)").locating {
      guard let message = object.attributes[name] else { throw HDF5Error.Problem.missing }
      try objects.storage.spend(message.remaining)
      return try body(HDF5Attribute(message))
    }
  }
}

extension Array {
  /// The one element there is.
  ///
  /// - Parameter what: the word for it, in messages.
  fileprivate func only(_ what: String) throws -> Element {
    guard count == 1 else {
      throw HDF5Error.Problem.unexpected(expected: "one \(what)", found: "\(count) \(what)s")
    }
    return self[0]
  }
}

// MARK: - Datasets

extension HDF5Group {
  /// Reads a dataset of numbers, of integers also as floating-point numbers.
  ///
  /// - Returns: the values in row-major order of the dimensions, of which there are none for a single number.
  /// - Throws: `HDF5Error` if it is missing, or holds anything else.
  package func read<Number: HDF5Number>(_ name: String) throws -> (values: [Number], dimensions: [Int]) {
    try read(name) { dataset in (try dataset.values(in: objects.storage), dataset.dimensions) }
  }

  /// Reads a dataset of exactly such numbers that lie in one piece, as Martlet writes them.
  ///
  /// - Returns: the values, which are no more bytes than the file has, in row-major order of the dimensions.
  /// - Throws: `HDF5Error` if it is missing, or holds anything else.
  package func readExactly<Number: HDF5Number>(_ name: String) throws -> (values: [Number], dimensions: [Int]) {
    try read(name) { dataset in
      guard Number.isStored(as: dataset.type) else {
        throw HDF5Error.Problem.unexpected(
          expected: "\(8 * MemoryLayout<Number>.size)-bit \(Number.wording)", found: dataset.type.wording)
      }
      guard dataset.isInOnePiece else {
        throw HDF5Error.Problem.unexpected(expected: "values in one piece", found: "values in chunks")
      }
      return (try dataset.values(in: objects.storage), dataset.dimensions)
    }
  }

  /// A dataset of little-endian 32-bit floating-point numbers, or of any integers, before its values are read.
  ///
  /// - Throws: `HDF5Error` if it is missing, or no dataset.
  package func numbers(_ name: String) throws -> HDF5Numbers {
    let (object, path) = try existing(name)
    let place = HDF5Place(file: file, object: path)
    return try place.locating { HDF5Numbers(try HDF5Dataset(object), at: place, in: objects.storage) }
  }

  /// Reads a dataset of little-endian 32-bit floating-point numbers, or of any integers. Nothing is rounded.
  ///
  /// - Throws: `HDF5Error` if it is missing, holds anything else, or claims more values than the file can hold.
  package func readValues(_ name: String) throws -> (values: HDF5Values, dimensions: [Int]) {
    let numbers = try numbers(name)
    return (try numbers.values, numbers.dimensions)
  }

  /// The bytes of a text that is read at once: more is no configuration.
  private static let longestText = 16 << 20

  /// Reads a dataset with one text.
  package func readText(_ name: String) throws -> String {
    try read(name) { dataset in
      _ = try HDF5Dataspace.count(dataset.dimensions, maximum: Self.longestText / dataset.type.size)
      return try HDF5Texts.read(dataset.elements(in: objects.storage), of: dataset.type, in: objects).only("text")
    }
  }

  private func read<Result>(_ name: String, _ body: (HDF5Dataset) throws -> Result) throws -> Result {
    let (object, path) = try existing(name)
    return try HDF5Place(file: file, object: path).locating { try body(HDF5Dataset(object)) }
  }
}
