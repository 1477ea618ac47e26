/// The members of a group in HDF5's default format: a B-tree of symbol tables, and a heap of names.
enum HDF5SymbolTable {
  /// The cache type of an entry for a symbolic link.
  private static let symbolicLink = 2

  /// - Parameter message: HDF5 File Format Specification 3.0, IV.A.2.r, "The Symbol Table Message".
  static func members(_ message: HDF5Cursor, in storage: HDF5Storage) throws -> [HDF5Name: HDF5Link] {
    var message = message
    guard let tree = try message.address(), let heap = try message.address() else {
      throw HDF5Error.Problem.malformed(reason: "a group has no address for its members")
    }
    let names = try self.names(at: heap, in: storage)
    var members: [HDF5Name: HDF5Link] = [:]
    for leaf in try HDF5Tree.leaves(at: tree, .groups, keyCount: 8, in: storage) {
      try readTable(at: leaf.child, names: names, into: &members, in: storage)
    }
    return members
  }

  /// Source: III.B, "Disk Format: Level 1B - Group Symbol Table Nodes", and III.C, "Symbol Table Entry".
  private static func readTable(
    at address: Int, names: HDF5Cursor, into members: inout [HDF5Name: HDF5Link], in storage: HDF5Storage
  ) throws {
    var start = try storage.region(at: address, count: 8)
    try start.expect("SNOD", "a symbol table of a group")
    try start.skip(2)
    let count = try start.uint16()
    var table = try storage.region(at: address + 8, count: 40 * count)
    for _ in 0..<count {
      var entry = try table.part(40)
      var rest = names
      try rest.skip(entry.size())
      let name = try rest.text()
      try storage.spend(name.utf8.count)
      let address = try entry.address()
      let link: HDF5Link =
        try entry.uint32() == symbolicLink ? .elsewhere : HDF5Link.link(to: address, name)
      guard members.updateValue(link, forKey: HDF5Name(name)) == nil else { throw twice(name) }
    }
  }

  static func twice(_ name: String) -> HDF5Error.Problem { .malformed(reason: "two members have the name '\(name)'") }

  /// Source: III.D, "Disk Format: Level 1D - Local Heaps".
  private static func names(at address: Int, in storage: HDF5Storage) throws -> HDF5Cursor {
    var heap = try storage.region(at: address, count: 32)
    try heap.expect("HEAP", "the name heap of a group")
    try heap.skip(4)
    let size = try heap.size()
    try heap.skip(8)
    guard let data = try heap.address() else {
      throw HDF5Error.Problem.malformed(reason: "a group has no address for its names")
    }
    return try storage.region(at: data, count: size)
  }
}
