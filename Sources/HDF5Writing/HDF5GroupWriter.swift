import CHDF5

/// A group of a file being written, by path.
package struct HDF5GroupWriter: Sendable {
  package let file: HDF5Writer
  /// The path from the root, `/model_weights/dense`.
  package let path: String

  /// The path of a member of the group.
  package func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  /// Creates a subgroup, with missing parent groups.
  package func createGroup(_ name: String) throws -> HDF5GroupWriter {
    let path = path(of: name)
    try file.call(path) { handle, place in
      try place.withIntermediateGroups { links in
        let properties = martlet_hdf5_default_properties()
        return try place.with(
          H5Gcreate2(handle, path, links, properties, properties), close: H5Gclose, "create the group"
        ) { _ in }
      }
    }
    return HDF5GroupWriter(file: file, path: path)
  }

  /// Creates a hard link in this group to an object in the file.
  ///
  /// - Parameter target: the object's path from the root.
  package func link(_ name: String, to target: String) throws {
    let path = path(of: name)
    try file.call(path) { handle, place in
      try place.withIntermediateGroups { links in
        _ = try place.check(
          H5Lcreate_hard(handle, target, handle, path, links, martlet_hdf5_default_properties()),
          "link it to \(target)")
      }
    }
  }
}

extension HDF5Place {
  /// Calls `body` with a link creation property list that creates missing parent groups.
  func withIntermediateGroups<Result>(_ body: (hid_t) throws -> Result) throws -> Result {
    try with(H5Pcreate(martlet_hdf5_link_creation()), close: H5Pclose, "create the name") {
      _ = try check(H5Pset_create_intermediate_group($0, 1), "create the name")
      return try body($0)
    }
  }
}
