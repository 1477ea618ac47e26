/// A group of a file.
package struct HDF5Group: Sendable {
  /// The path of the file, for error messages.
  package let file: String
  /// The path from the root, `/model_weights/dense`.
  package let path: String
  let object: HDF5Object
  let objects: HDF5Objects

  init(file: String, path: String, object: HDF5Object, objects: HDF5Objects) {
    (self.file, self.path, self.object, self.objects) = (file, path, object, objects)
  }

  /// The names of all members, sorted.
  package var names: [String] { object.members.map { $0.keys.sorted().map(\.text) } ?? [] }

  /// The subgroup with a name or relative path.
  ///
  /// - Throws: `HDF5Error` if it is missing, or not a group.
  package func group(_ name: String) throws -> HDF5Group {
    let (object, path) = try existing(name)
    guard object.members != nil else {
      throw HDF5Error(file: file, object: path, problem: .unexpected(expected: "a group", found: "a dataset"))
    }
    return HDF5Group(file: file, path: path, object: object, objects: objects)
  }

  /// Whether an object with a name or relative path exists.
  ///
  /// - Throws: `HDF5Error` if it is an external or symbolic link.
  package func contains(_ name: String) throws -> Bool { try find(name) != nil }

  /// The object at a relative path, and its path from the root.
  ///
  /// - Throws: `HDF5Error.Problem.missing` if there is no object.
  func existing(_ name: String) throws -> (object: HDF5Object, path: String) {
    let path = path(of: name.split(separator: "/")[...])
    guard let object = try find(name) else { throw HDF5Error(file: file, object: path, problem: .missing) }
    return (object, path)
  }

  private func find(_ name: String) throws -> HDF5Object? {
    let steps = name.split(separator: "/")
    var object = object
    for (index, step) in steps.enumerated() {
      guard let link = object.members?.link(named: String(step)) else { return nil }
      // A path in a corrupt file may have any length: it is only built when needed.
      do { object = try self.object(of: link) } catch let problem as HDF5Error.Problem {
        throw HDF5Error(file: file, object: path(of: steps[...index]), problem: problem)
      }
    }
    return object
  }

  private func object(of link: HDF5Link) throws -> HDF5Object {
    guard case .object(let address) = link else {
      throw HDF5Error.Problem.unexpected(expected: "an object of this file", found: "an external or symbolic link")
    }
    return try objects[address]
  }

  private func path(of steps: ArraySlice<Substring>) -> String {
    steps.isEmpty ? path : steps.reduce(into: path == "/" ? "" : path) { $0 += "/\($1)" }
  }
}

// MARK: - Attributes

extension HDF5Group {
  /// The names of all attributes, sorted.
  package var attributeNames: [String] { object.attributes.keys.sorted() }

  package func hasAttribute(_ name: String) -> Bool { object.attributes[name] != nil }

  /// The string value of an attribute.
  ///
  /// - Throws: `HDF5Error` if it is missing, or not a single string.
  package func attribute(_ name: String) throws -> String {
    try read(name) { attribute in
      try HDF5Strings.read(attribute.elements, of: attribute.type, in: objects).only("text")
    }
  }

  /// The strings of an attribute; empty for an empty list of any type.
  package func attributes(_ name: String) throws -> [String] {
    try read(name) { attribute in
      guard !attribute.elements.isEmpty else { return [] }
      return try HDF5Strings.read(attribute.elements, of: attribute.type, in: objects)
    }
  }

  /// The integer value of an attribute.
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
  /// The single element of a value.
  ///
  /// - Parameter what: its kind, for messages.
  fileprivate func only(_ what: String) throws -> Element {
    guard count == 1 else {
      throw HDF5Error.Problem.unexpected(expected: "one \(what)", found: "\(count) \(what)s")
    }
    return self[0]
  }
}

// MARK: - Datasets

extension HDF5Group {
  /// Reads a numeric dataset; integers can also be read as floating-point numbers.
  ///
  /// - Returns: the values in row-major order, and the dimensions, which are empty for a scalar.
  /// - Throws: `HDF5Error` if it is missing, or has another type.
  package func read<Number: HDF5Number>(_ name: String) throws -> (values: [Number], dimensions: [Int]) {
    try read(name) { dataset in (try dataset.values(in: objects.storage), dataset.dimensions) }
  }

  /// Reads a contiguous dataset of exactly this number type, as written by Martlet.
  ///
  /// - Returns: the values, no larger than the file, in row-major order.
  /// - Throws: `HDF5Error` if it is missing, or has another type.
  package func readExactly<Number: HDF5Number>(_ name: String) throws -> (values: [Number], dimensions: [Int]) {
    try read(name) { dataset in
      guard Number.isStored(as: dataset.type) else {
        throw HDF5Error.Problem.unexpected(
          expected: "\(8 * MemoryLayout<Number>.size)-bit \(Number.wording)", found: dataset.type.wording)
      }
      guard dataset.isInOnePiece else {
        throw HDF5Error.Problem.unexpected(expected: "contiguous values", found: "chunked values")
      }
      return (try dataset.values(in: objects.storage), dataset.dimensions)
    }
  }

  /// A dataset of little-endian 32-bit floating-point numbers, or of any integers, without reading its values.
  ///
  /// - Throws: `HDF5Error` if it is missing, or not a dataset.
  package func numbers(_ name: String) throws -> HDF5Numbers {
    let (object, path) = try existing(name)
    let place = HDF5Place(file: file, object: path)
    return try place.locating { HDF5Numbers(try HDF5Dataset(object), at: place, in: objects.storage) }
  }

  /// Reads a dataset of little-endian 32-bit floating-point numbers, or of any integers, without rounding.
  ///
  /// - Throws: `HDF5Error` if it is missing, has another type, or declares more values than the file can contain.
  package func readValues(_ name: String) throws -> (values: HDF5Values, dimensions: [Int]) {
    let numbers = try numbers(name)
    return (try numbers.values, numbers.dimensions)
  }

  /// The maximum size of a string dataset in bytes, more than any configuration needs.
  private static let longestText = 16 << 20

  /// Reads a dataset with a single string.
  package func readText(_ name: String) throws -> String {
    try read(name) { dataset in
      _ = try HDF5Dataspace.count(dataset.dimensions, maximum: Self.longestText / dataset.type.size)
      return try HDF5Strings.read(dataset.elements(in: objects.storage), of: dataset.type, in: objects).only("text")
    }
  }

  private func read<Result>(_ name: String, _ body: (HDF5Dataset) throws -> Result) throws -> Result {
    let (object, path) = try existing(name)
    return try HDF5Place(file: file, object: path).locating { try body(HDF5Dataset(object)) }
  }
}
