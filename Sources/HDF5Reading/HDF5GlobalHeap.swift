/// A global heap: the storage of variable-length strings, as indexed objects.
///
/// Source: HDF5 File Format Specification 3.0, III.E, "Disk Format: Level 1E - Global Heap".
enum HDF5GlobalHeap {
  /// The objects, by index.
  ///
  /// - Throws: `HDF5Error.Problem`.
  static func objects(at address: Int, in storage: HDF5Storage) throws -> [Int: HDF5Cursor] {
    var start = try storage.region(at: address, count: 16)
    try start.expect("GCOL", "a global heap")
    try start.skip(4)
    let size = try start.size()
    guard size >= 16 else { throw HDF5Error.Problem.malformed(reason: "a global heap has no size") }
    var heap = try storage.region(at: address + 16, count: size - 16)
    var objects: [Int: HDF5Cursor] = [:]
    while heap.remaining >= 16 {
      let index = try heap.uint16()
      // Object 0 is the free space at the end.
      if index == 0 { break }
      try heap.skip(6)
      let count = try heap.size()
      objects[index] = try heap.part(count)
      try heap.align()
    }
    return objects
  }
}
