import CHDF5
import Glibc

extension HDF5GroupWriter {
  /// Writes a variable-length string attribute.
  package func setAttribute(_ name: String, _ text: String) throws {
    try setAttribute(name, texts: [text], dimensions: [])
  }

  /// Writes an attribute with a list of strings.
  ///
  /// An empty list is written as an empty list of numbers, as in h5py: Keras rejects an empty list of strings.
  package func setAttribute(_ name: String, _ texts: [String]) throws {
    if texts.isEmpty {
      try createAttribute(name, type: Double.self, dimensions: [0]) { _, _ in }
    } else {
      try setAttribute(name, texts: texts, dimensions: [texts.count])
    }
  }

  /// Writes an integer attribute.
  package func setAttribute(_ name: String, _ value: Int) throws {
    try createAttribute(name, type: Int64.self, dimensions: []) { attribute, place in
      var value = Int64(value)
      _ = try place.check(H5Awrite(attribute, martlet_hdf5_native_int64(), &value), "write the attribute")
    }
  }

  // MARK: - Creating

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
    _ name: String, type: any HDF5StoredNumber.Type, dimensions: [Int], _ body: (hid_t, HDF5Place) throws -> Void
  ) throws {
    try file.call("\(path)@\(name)") { handle, place in
      try place.createAttribute(handle, group: path, name, type: type.storedType, dimensions: dimensions) {
        try body($0, place)
      }
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
