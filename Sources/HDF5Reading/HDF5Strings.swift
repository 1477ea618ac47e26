import DurableFiles

/// Strings, stored inline or, if of variable length, in global heaps.
enum HDF5Strings {
  /// Converts elements to strings.
  ///
  /// - Throws: `HDF5Error.Problem` if they are not strings.
  static func read(_ elements: ArraySlice<UInt8>, of type: HDF5Datatype, in objects: HDF5Objects) throws -> [String] {
    switch type.kind {
    case .text(let isSpacePadded):
      return stride(from: elements.startIndex, to: elements.endIndex, by: type.size).map { start in
        var text = elements[start..<start + type.size].prefix { $0 != 0 }
        while isSpacePadded, text.last == 0x20 { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
      }
    case .longText:
      return try read(HDF5Cursor(FileBytes(Array(elements)), 0..<elements.count), in: objects)
    default:
      throw HDF5Error.Problem.unexpected(expected: "text", found: type.wording)
    }
  }

  /// Each element is the length of a string, and its location: the address of a heap, and an index.
  private static func read(_ references: HDF5Cursor, in objects: HDF5Objects) throws -> [String] {
    var (references, texts): (HDF5Cursor, [String]) = (references, [])
    while references.remaining > 0 {
      let (count, heap, index) = (try references.uint32(), try references.address(), try references.uint32())
      // A string that was never written has no object.
      guard count > 0, let heap, heap > 0 else {
        texts.append("")
        continue
      }
      guard var object = try objects.heap(at: heap)[index] else {
        throw HDF5Error.Problem.malformed(reason: "a string is not at its declared address")
      }
      try objects.storage.spend(count)
      var text = try object.part(count)
      texts.append(try text.text())
    }
    return texts
  }
}
