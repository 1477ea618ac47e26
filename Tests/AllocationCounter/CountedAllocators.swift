import Synchronization

// The allocators of the C library, counted. The linker gives these functions the names without `martlet_` (the compiler
// reserves `malloc`): a program's own functions go before those of the libraries it loads, for the libraries too.

/// The number of allocations of this process, on all threads.
let allocationCount = Atomic(0)

@_silgen_name("__libc_malloc") private func libraryMalloc(_ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_calloc") private func libraryCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_realloc")
private func libraryRealloc(_ memory: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_memalign")
private func libraryMemalign(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer?

private func count() { allocationCount.wrappingAdd(1, ordering: .relaxed) }

@c(martlet_malloc)
public func countedMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
  count()
  return libraryMalloc(size)
}

@c(martlet_calloc)
public func countedCalloc(_ number: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  count()
  return libraryCalloc(number, size)
}

@c(martlet_realloc)
public func countedRealloc(_ memory: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
  count()
  return libraryRealloc(memory, size)
}

@c(martlet_aligned_alloc)
public func countedAlignedAlloc(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  count()
  return libraryMemalign(alignment, size)
}

@c(martlet_posix_memalign)
public func countedPosixMemalign(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
) -> Int32 {
  let noMemory: Int32 = 12
  count()
  guard let memory = libraryMemalign(alignment, size) else { return noMemory }
  result.pointee = memory
  return 0
}
