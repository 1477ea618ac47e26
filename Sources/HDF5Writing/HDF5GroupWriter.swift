import CHDF5

/// A group of a file that is made: a value that names it.
package struct HDF5GroupWriter: Sendable {
  package let file: HDF5Writer
  /// From the root, `/model_weights/dense`.
  package let path: String

  /// The path of something in the group.
  package func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  /// Creates a group, with the groups above it that are missing.
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

  /// Gives something in the file a second name in this group; both are the same object from then on.
  ///
  /// - Parameter target: its path from the root.
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
  /// Uses a property list for names whose groups are created on the way.
  func withIntermediateGroups<Result>(_ body: (hid_t) throws -> Result) throws -> Result {
    try with(H5Pcreate(martlet_hdf5_link_creation()), close: H5Pclose, "create the name") {
      _ = try check(H5Pset_create_intermediate_group($0, 1), "create the name")
      return try body($0)
    }
  }
}
