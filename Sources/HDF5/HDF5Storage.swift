import CHDF5

/// Numbers of a dataset, as the file has them.
public enum HDF5Values: Equatable, Sendable {
  case floats([Float])
  case integers([Int64])
}

extension HDF5Group {
  /// Reads a dataset of little-endian 32-bit floating-point numbers, or of any integers. Nothing is rounded.
  ///
  /// - Throws: `HDF5Error` if it is missing, holds anything else, or claims more values than the file can hold.
  public func readValues(_ name: String) throws -> (values: HDF5Values, dimensions: [Int]) {
    try require(name)
    let isInteger = try openDataset(name) { dataset, place in
      let found = try place.with(H5Dget_type(dataset), close: H5Tclose, "read the type") { type in
        (kind: H5Tget_class(type), isExact: H5Tequal(type, Float.storedType) > 0, wording: place.wording(of: type))
      }
      guard found.kind == H5T_INTEGER || found.isExact else {
        throw place.error(
          .unexpected(expected: "little-endian 32-bit floating-point numbers", found: found.wording))
      }
      return found.kind == H5T_INTEGER
    }
    if isInteger {
      let (values, dimensions): ([Int64], [Int]) = try read(name, maximumCount: .max)
      return (.integers(values), dimensions)
    }
    let (values, dimensions): ([Float], [Int]) = try read(name, maximumCount: .max)
    return (.floats(values), dimensions)
  }
}

extension HDF5Place {
  /// A type as people call it: `16-bit floating-point numbers`.
  func wording(of type: hid_t) -> String {
    let kind = H5Tget_class(type)
    guard kind == H5T_FLOAT || kind == H5T_INTEGER else { return kind.wording }
    let order = H5Tget_order(type) == H5T_ORDER_BE ? "big-endian " : ""
    return "\(order)\(H5Tget_size(type) * 8)-bit \(kind.wording)"
  }

  /// Refuses a dataset whose values do not all lie in this file, before anything is allocated for them.
  func checkStorage(_ dataset: hid_t, dimensions: [Int]) throws {
    let ratio = try with(H5Dget_create_plist(dataset), close: H5Pclose, "read the storage") { properties in
      guard H5Pget_layout(properties) != H5D_VIRTUAL, H5Pget_external_count(properties) == 0 else {
        throw error(.unexpected(expected: "values in this file", found: "values in other files"))
      }
      return try packing(properties)
    }
    let size = try with(H5Dget_type(dataset), close: H5Tclose, "read the type") { H5Tget_size($0) }
    let stored = Int(clamping: H5Dget_storage_size(dataset))
    var fileSize: hsize_t = 0
    _ = try with(H5Iget_file_id(dataset), close: H5Fclose, "measure the file") { H5Fget_filesize($0, &fileSize) }
    let (most, overflow) = min(stored, Int(clamping: fileSize)).multipliedReportingOverflow(by: ratio)
    _ = try count(dimensions, maximum: overflow ? .max : most / max(size, 1))
  }

  /// How many bytes a stored byte can become at most.
  private func packing(_ properties: hid_t) throws -> Int {
    var ratio = 1
    for index in 0..<(try check(H5Pget_nfilters(properties), "read the storage")) {
      var (flags, count, configuration): (UInt32, Int, UInt32) = (0, 0, 0)
      let filter = H5Pget_filter2(properties, UInt32(index), &flags, &count, nil, 0, nil, &configuration)
      switch filter {
      // Deflate packs at most 1032 to 1 (zlib's documentation).
      case H5Z_FILTER_DEFLATE: ratio = 1032
      case H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32: continue
      default:
        throw error(.unexpected(expected: "values packed with deflate or not at all", found: "filter \(filter)"))
      }
    }
    return ratio
  }
}
