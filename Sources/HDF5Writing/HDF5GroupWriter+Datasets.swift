import CHDF5

extension HDF5GroupWriter {
  /// Creates a numeric dataset.
  ///
  /// - Parameters:
  ///   - values: in row-major order of `dimensions`.
  ///   - dimensions: empty for a scalar.
  package func write<Number: HDF5StoredNumber>(_ values: [Number], dimensions: [Int], to name: String) throws {
    precondition(values.count == dimensions.reduce(1, *), "\(name): \(values.count) values for \(dimensions)")
    try create(name, type: Number.self, dimensions: dimensions) { dataset, place in
      let everything = martlet_hdf5_all()
      let status = values.withUnsafeBufferPointer {
        H5Dwrite(dataset, Number.nativeType, everything, everything, martlet_hdf5_default_properties(), $0.baseAddress)
      }
      _ = try place.check(status, "write the values")
    }
  }

  /// Creates a dataset with a single fixed-length string.
  package func write(_ text: String, to name: String) throws {
    let bytes = Array(text.utf8)
    try file.call(path(of: name)) { handle, place in
      try place.withStringType(size: max(bytes.count, 1)) { type in
        try place.create(handle, type: type, dimensions: []) { dataset in
          let everything = martlet_hdf5_all()
          let padded = bytes.isEmpty ? [0] : bytes
          _ = try place.check(
            H5Dwrite(dataset, type, everything, everything, martlet_hdf5_default_properties(), padded),
            "write the text")
        }
      }
    }
  }

  /// Creates a dataset of strings of a fixed length, in UTF-8.
  package func write(_ texts: [String], to name: String) throws {
    try file.call(path(of: name)) { handle, place in try place.create(handle, texts: texts) }
  }

  func create(
    _ name: String, type: any HDF5StoredNumber.Type, dimensions: [Int], _ body: (hid_t, HDF5Place) throws -> Void
  ) throws {
    try file.call(path(of: name)) { handle, place in
      try place.create(handle, type: type.storedType, dimensions: dimensions) { try body($0, place) }
    }
  }
}

extension HDF5Place {
  /// Creates the dataset at this path, without a timestamp: equal contents give equal files.
  func create(_ file: hid_t, type: hid_t, dimensions: [Int], _ body: (hid_t) throws -> Void) throws {
    try withSpace(dimensions) { space in
      try withIntermediateGroups { links in
        try with(H5Pcreate(martlet_hdf5_dataset_creation()), close: H5Pclose, "create the dataset") { properties in
          _ = try check(H5Pset_obj_track_times(properties, false), "create the dataset")
          let dataset = H5Dcreate2(
            file, object, type, space, links, properties, martlet_hdf5_default_properties())
          try with(dataset, close: H5Dclose, "create the dataset", body)
        }
      }
    }
  }

  /// Creates the dataset of strings at this path, each padded with zeros to the longest.
  func create(_ file: hid_t, texts: [String]) throws {
    let size = max(texts.map(\.utf8.count).max() ?? 1, 1)
    let bytes = texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: size - $0.utf8.count) }
    try withStringType(size: size) { type in
      try create(file, type: type, dimensions: [texts.count]) { dataset in
        let everything = martlet_hdf5_all()
        _ = try check(
          H5Dwrite(dataset, type, everything, everything, martlet_hdf5_default_properties(), bytes),
          "write the strings")
      }
    }
  }

  /// Calls `body` with a dataspace of these dimensions; scalar if empty.
  func withSpace<Result>(_ dimensions: [Int], _ body: (hid_t) throws -> Result) throws -> Result {
    let sizes = dimensions.map(hsize_t.init)
    let space = sizes.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil)
    return try with(space, close: H5Sclose, "describe the dimensions", body)
  }

  /// Calls `body` with a UTF-8 string type of `size` bytes, or of variable length if nil.
  func withStringType<Result>(size: Int?, _ body: (hid_t) throws -> Result) throws -> Result {
    try with(H5Tcopy(martlet_hdf5_c_string()), close: H5Tclose, "describe a text") { type in
      _ = try check(H5Tset_size(type, size ?? martlet_hdf5_variable_size()), "describe a text")
      _ = try check(H5Tset_cset(type, H5T_CSET_UTF8), "describe a text")
      if size != nil { _ = try check(H5Tset_strpad(type, H5T_STR_NULLPAD), "describe a text") }
      return try body(type)
    }
  }
}
