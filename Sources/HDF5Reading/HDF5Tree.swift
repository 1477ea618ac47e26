/// B-trees, which index the symbol tables of a group or the chunks of a dataset.
///
/// Source: HDF5 File Format Specification 3.0, III.A.1, "Disk Format: Level 1A1 - Version 1 B-trees".
enum HDF5Tree {
  enum Kind: Int {
    case groups = 0
    case chunks = 1
  }

  /// A leaf entry: a key and its address.
  struct Leaf {
    let key: HDF5Cursor
    let child: Int
  }

  /// All leaf entries of a tree, in order. Key order is not relied on.
  ///
  /// - Parameter keyCount: the size of a key in bytes.
  /// - Throws: `HDF5Error.Problem`.
  static func leaves(at address: Int, _ kind: Kind, keyCount: Int, in storage: HDF5Storage) throws -> [Leaf] {
    var leaves: [Leaf] = []
    try visit(address, level: nil, kind, keyCount, storage) { leaves.append($0) }
    return leaves
  }

  /// - Parameter level: the level of the node, if known: levels decrease downwards, so that no path is longer than 256.
  private static func visit(
    _ address: Int, level expected: Int?, _ kind: Kind, _ keyCount: Int, _ storage: HDF5Storage,
    _ body: (Leaf) -> Void
  ) throws {
    var node = try storage.region(at: address, count: 24)
    try node.expect("TREE", "a tree")
    let type = try node.uint8()
    let level = try node.uint8()
    guard type == kind.rawValue, level == expected ?? level else {
      throw HDF5Error.Problem.malformed(reason: "a tree in it is inconsistent")
    }
    let count = try node.uint16()
    var entries = try storage.region(at: address + 24, count: count * (keyCount + 8))
    for _ in 0..<count {
      let key = try entries.part(keyCount)
      guard let child = try entries.address() else {
        throw HDF5Error.Problem.malformed(reason: "a branch of a tree has no address")
      }
      if level == 0 {
        body(Leaf(key: key, child: child))
      } else {
        try visit(child, level: level - 1, kind, keyCount, storage, body)
      }
    }
  }
}
