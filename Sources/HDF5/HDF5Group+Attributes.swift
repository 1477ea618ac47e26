import CHDF5
import Glibc

extension HDF5Group {
  /// Gives the group an attribute with one text, of any length.
  public func setAttribute(_ name: String, _ text: String) throws {
    try setAttribute(name, texts: [text], dimensions: [])
  }

  /// Gives the group an attribute with a list of texts.
  ///
  /// An empty list becomes an empty list of numbers, as h5py writes it: Keras refuses an empty list of texts.
  public func setAttribute(_ name: String, _ texts: [String]) throws {
    if texts.isEmpty {
      try createAttribute(name, type: Double.self, dimensions: [0]) { _, _ in }
    } else {
      try setAttribute(name, texts: texts, dimensions: [texts.count])
    }
  }

  /// Gives the group an attribute with one integer.
  public func setAttribute(_ name: String, _ value: Int) throws {
    try createAttribute(name, type: Int64.self, dimensions: []) { attribute, place in
      var value = Int64(value)
      _ = try place.check(H5Awrite(attribute, martlet_hdf5_native_int64(), &value), "write the attribute")
    }
  }

  public func hasAttribute(_ name: String) throws -> Bool {
    try file.call("\(path)@\(name)") { handle, place in
      try place.check(H5Aexists_by_name(handle, path, name, martlet_hdf5_default_properties()), "look up the attribute")
        > 0
    }
  }

  /// The one text of an attribute.
  ///
  /// - Throws: `HDF5Error` if it is missing, or no text.
  public func attribute(_ name: String) throws -> String {
    try openAttribute(name) { attribute, place in
      let texts = try place.readStrings(type: H5Aget_type(attribute), space: H5Aget_space(attribute)) {
        H5Aread(attribute, $0, $1)
      }
      guard texts.count == 1 else {
        throw place.error(.unexpected(expected: "one text", found: "\(texts.count) texts"))
      }
      return texts[0]
    }
  }

  /// The texts of an attribute; none for an empty list of any type.
  public func attributes(_ name: String) throws -> [String] {
    try openAttribute(name) { attribute, place in
      let isEmpty = try place.with(H5Aget_space(attribute), close: H5Sclose, "read the dimensions") {
        H5Sget_simple_extent_npoints($0) == 0
      }
      if isEmpty { return [] }
      return try place.readStrings(type: H5Aget_type(attribute), space: H5Aget_space(attribute)) {
        H5Aread(attribute, $0, $1)
      }
    }
  }

  /// The one integer of an attribute.
  public func integerAttribute(_ name: String) throws -> Int {
    try openAttribute(name) { attribute, place in
      try place.checkType(H5Aget_type(attribute), is: [H5T_INTEGER])
      _ = try place.count(try place.dimensions(H5Aget_space(attribute)), maximum: 1)
      var value: Int64 = 0
      _ = try place.check(H5Aread(attribute, martlet_hdf5_native_int64(), &value), "read the attribute")
      return Int(value)
    }
  }

  // MARK: - Opening and creating

  private func setAttribute(_ name: String, texts: [String], dimensions: [Int]) throws {
    try file.call("\(path)@\(name)") { handle, place in
      try place.withStringType(size: nil) { type in
        try place.createAttribute(handle, group: path, name, type: type, dimensions: dimensions) { attribute in
          // The library reads an array of C strings.
          let copies = texts.map { UnsafePointer(strdup($0)) }
          defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
          _ = try place.check(H5Awrite(attribute, type, copies), "write the attribute")
        }
      }
    }
  }

  private func createAttribute(
    _ name: String, type: any HDF5Number.Type, dimensions: [Int], _ body: (hid_t, HDF5Place) throws -> Void
  ) throws {
    try file.call("\(path)@\(name)") { handle, place in
      try place.createAttribute(handle, group: path, name, type: type.storedType, dimensions: dimensions) {
        try body($0, place)
      }
    }
  }

  private func openAttribute<Result>(_ name: String, _ body: (hid_t, HDF5Place) throws -> sending Result) throws
    -> sending Result
  {
    try file.call("\(path)@\(name)") { handle, place in
      let properties = martlet_hdf5_default_properties()
      guard try place.check(H5Aexists_by_name(handle, path, name, properties), "look up the attribute") > 0 else {
        throw place.error(.missing)
      }
      let attribute = try place.check(
        H5Aopen_by_name(handle, path, name, properties, properties), "open the attribute")
      defer { H5Aclose(attribute) }
      return try body(attribute, place)
    }
  }
}

extension HDF5Place {
  func createAttribute(
    _ file: hid_t, group: String, _ name: String, type: hid_t, dimensions: [Int], _ body: (hid_t) throws -> Void
  ) throws {
    try withSpace(dimensions) { space in
      let properties = martlet_hdf5_default_properties()
      try with(
        H5Acreate_by_name(file, group, name, type, space, properties, properties, properties), close: H5Aclose,
        "create the attribute", body)
    }
  }
}
