import Synchronization

/// The objects of a file and its string heaps, each parsed once.
final class HDF5Objects: Sendable {
  let storage: HDF5Storage
  private let known = Mutex<[Int: HDF5Object]>([:])
  private let heaps = Mutex<[Int: [Int: HDF5Cursor]]>([:])

  init(_ storage: HDF5Storage) { self.storage = storage }

  subscript(address: Int) -> HDF5Object {
    get throws {
      if let object = known.withLock({ $0[address] }) { return object }
      let object = try HDF5Object(at: address, in: storage)
      known.withLock { $0[address] = object }
      return object
    }
  }

  /// The objects of a global heap, by index.
  func heap(at address: Int) throws -> [Int: HDF5Cursor] {
    if let heap = heaps.withLock({ $0[address] }) { return heap }
    let heap = try HDF5GlobalHeap.objects(at: address, in: storage)
    heaps.withLock { $0[address] = heap }
    return heap
  }
}
