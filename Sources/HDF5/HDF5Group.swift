import CHDF5

/// A group of an open file: a value that names it.
public struct HDF5Group: Sendable {
  public let file: HDF5File
  /// From the root, `/model_weights/dense`.
  public let path: String

  /// The path of something in the group.
  public func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  /// A group that is there.
  ///
  /// - Throws: `HDF5Error` if it is missing, or no group.
  public func group(_ name: String) throws -> HDF5Group {
    let path = path(of: name)
    try require(name)
    try file.call(path) { handle, place in
      try place.with(
        H5Gopen2(handle, path, martlet_hdf5_default_properties()), close: H5Gclose, "open the group"
      ) { _ in }
    }
    return HDF5Group(file: file, path: path)
  }

  /// Creates a group, with the groups above it that are missing.
  public func createGroup(_ name: String) throws -> HDF5Group {
    let path = path(of: name)
    try file.call(path) { handle, place in
      try place.withIntermediateGroups { links in
        let properties = martlet_hdf5_default_properties()
        return try place.with(
          H5Gcreate2(handle, path, links, properties, properties), close: H5Gclose, "create the group"
        ) { _ in }
      }
    }
    return HDF5Group(file: file, path: path)
  }

  /// Whether something of that name, or at that path below the group, is there.
  ///
  /// - Throws: `HDF5Error` if it is a link that leads elsewhere: into another file, or to a name that may be there or not.
  public func contains(_ name: String) throws -> Bool {
    // The library asks for one step of a path at a time.
    var path = self.path == "/" ? "" : self.path
    for step in name.split(separator: "/") {
      path += "/\(step)"
      let found = try file.call(path) { handle, place in
        try place.check(H5Lexists(handle, path, martlet_hdf5_default_properties()), "look up the name")
      }
      if found == 0 { return false }
      try file.call(path) { handle, place in
        guard try place.check(martlet_hdf5_is_hard_link(handle, path), "look up the name") > 0 else {
          throw place.error(.unexpected(expected: "an object of this file", found: "a link that leads elsewhere"))
        }
      }
    }
    return true
  }

  /// - Throws: `HDF5Error.Problem.missing` if nothing of that name is there.
  func require(_ name: String) throws {
    guard try contains(name) else { throw HDF5Error(file: file.path, object: path(of: name), problem: .missing) }
  }

  /// The names of all that is in the group, sorted.
  public func names() throws -> [String] {
    try file.call(path) { handle, place in
      try place.with(
        H5Gopen2(handle, path, martlet_hdf5_default_properties()), close: H5Gclose, "open the group"
      ) { group in
        var names: [String] = []
        let status = withUnsafeMutablePointer(to: &names) {
          martlet_hdf5_iterate(
            group,
            { _, name, _, context in
              guard let name else { return 0 }
              context?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
              return 0
            }, $0)
        }
        _ = try place.check(status, "list the group")
        return names
      }
    }
  }

  /// Gives something in the file a second name in this group; both are the same object from then on.
  ///
  /// - Parameter target: its path from the root.
  public func link(_ name: String, to target: String) throws {
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
