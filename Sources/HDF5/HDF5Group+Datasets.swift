import CHDF5

extension HDF5Group {
  /// Creates a dataset of numbers.
  ///
  /// - Parameters:
  ///   - values: in row-major order of `dimensions`.
  ///   - dimensions: none for a single number.
  public func write<Number: HDF5Number>(_ values: [Number], dimensions: [Int], to name: String) throws {
    precondition(values.count == dimensions.reduce(1, *), "\(name): \(values.count) values for \(dimensions)")
    try create(name, type: Number.self, dimensions: dimensions) { dataset, place in
      let everything = martlet_hdf5_all()
      let status = values.withUnsafeBufferPointer {
        H5Dwrite(dataset, Number.nativeType, everything, everything, martlet_hdf5_default_properties(), $0.baseAddress)
      }
      _ = try place.check(status, "write the values")
    }
  }

  /// Creates a dataset with one text, of fixed length.
  public func write(_ text: String, to name: String) throws {
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

  private func create(
    _ name: String, type: any HDF5Number.Type, dimensions: [Int], _ body: (hid_t, HDF5Place) throws -> Void
  ) throws {
    try file.call(path(of: name)) { handle, place in
      try place.create(handle, type: type.storedType, dimensions: dimensions) { try body($0, place) }
    }
  }

  /// Reads a dataset of numbers, converted to `Number`.
  ///
  /// - Parameter maximumCount: the most values it may hold: a size in the file must not make us allocate at will.
  /// - Throws: `HDF5Error` if it is missing, holds no numbers of the kind, or too many.
  public func read<Number: HDF5Number>(_ name: String, maximumCount: Int) throws -> (
    values: [Number], dimensions: [Int]
  ) {
    try require(name)
    return try openDataset(name) { dataset, place in
      try place.checkType(H5Dget_type(dataset), is: [Number.typeClass, H5T_INTEGER])
      let dimensions = try place.dimensions(H5Dget_space(dataset))
      let count = try place.count(dimensions, maximum: maximumCount)
      try place.checkStorage(dataset, dimensions: dimensions)
      var values = [Number](repeating: .zero, count: count)
      let everything = martlet_hdf5_all()
      let status = values.withUnsafeMutableBytes {
        H5Dread(
          dataset, Number.nativeType, everything, everything, martlet_hdf5_default_properties(), $0.baseAddress)
      }
      _ = try place.check(status, "read the values")
      return (values, dimensions)
    }
  }

  /// Reads a dataset with one text.
  public func readText(_ name: String) throws -> String {
    try require(name)
    return try openDataset(name) { dataset, place in
      let everything = martlet_hdf5_all()
      try place.checkStorage(dataset, dimensions: try place.dimensions(H5Dget_space(dataset)))
      let texts = try place.readStrings(type: H5Dget_type(dataset), space: H5Dget_space(dataset)) { type, buffer in
        H5Dread(dataset, type, everything, everything, martlet_hdf5_default_properties(), buffer)
      }
      guard texts.count == 1 else {
        throw place.error(.unexpected(expected: "one text", found: "\(texts.count) texts"))
      }
      return texts[0]
    }
  }

  func openDataset<Result>(_ name: String, _ body: (hid_t, HDF5Place) throws -> sending Result) throws
    -> sending Result
  {
    let path = path(of: name)
    return try file.call(path) { handle, place in
      let dataset = try place.check(H5Dopen2(handle, path, martlet_hdf5_default_properties()), "open the dataset")
      defer { H5Dclose(dataset) }
      return try body(dataset, place)
    }
  }
}

extension HDF5Place {
  /// Creates the dataset of this place, without a time stamp: equal contents make equal files.
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

  /// Uses a dataspace of these dimensions; none for a single value.
  func withSpace<Result>(_ dimensions: [Int], _ body: (hid_t) throws -> Result) throws -> Result {
    let sizes = dimensions.map(hsize_t.init)
    let space = sizes.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil)
    return try with(space, close: H5Sclose, "describe the dimensions", body)
  }

  /// Uses a type of UTF-8 texts: of `size` bytes, or of any length if nil.
  func withStringType<Result>(size: Int?, _ body: (hid_t) throws -> Result) throws -> Result {
    try with(H5Tcopy(martlet_hdf5_c_string()), close: H5Tclose, "describe a text") { type in
      _ = try check(H5Tset_size(type, size ?? martlet_hdf5_variable_size()), "describe a text")
      _ = try check(H5Tset_cset(type, H5T_CSET_UTF8), "describe a text")
      if size != nil { _ = try check(H5Tset_strpad(type, H5T_STR_NULLPAD), "describe a text") }
      return try body(type)
    }
  }

  /// The dimensions of a dataspace, which it closes.
  func dimensions(_ space: hid_t) throws -> [Int] {
    try with(space, close: H5Sclose, "read the dimensions") { space in
      let rank = try check(H5Sget_simple_extent_ndims(space), "read the dimensions")
      var sizes = [hsize_t](repeating: 0, count: Int(rank))
      _ = try check(H5Sget_simple_extent_dims(space, &sizes, nil), "read the dimensions")
      return sizes.map { Int(clamping: $0) }
    }
  }

  /// The number of values in `dimensions`.
  func count(_ dimensions: [Int], maximum: Int) throws -> Int {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= maximum else {
        throw error(.unexpected(expected: "at most \(maximum) values", found: "the dimensions \(dimensions)"))
      }
      count = product
    }
    return count
  }

  /// Refuses a type, which it closes, of another class.
  func checkType(_ type: hid_t, is expected: [H5T_class_t]) throws {
    let found = try with(type, close: H5Tclose, "read the type") { H5Tget_class($0) }
    guard expected.contains(found) else {
      throw error(.unexpected(expected: expected[0].wording, found: found.wording))
    }
  }
}
