/// A group or a dataset, parsed from the messages of its object header.
///
/// Source: HDF5 File Format Specification 3.0, IV.A.1, "Data Object Headers". Version 1 headers are HDF5's default;
/// version 2 headers are supported unless they use additional structures.
struct HDF5Object {
  /// The supported messages, by their numbers in IV.A.2.
  enum Message {
    static let dataspace = 0x01
    static let linkInfo = 0x02
    static let datatype = 0x03
    static let link = 0x06
    static let externalFiles = 0x07
    static let layout = 0x08
    static let filters = 0x0b
    static let attribute = 0x0c
    static let continuation = 0x10
    static let symbolTable = 0x11
    static let attributeInfo = 0x15
  }

  /// The maximum number of messages, that of a version 1 header.
  private static let mostMessages = 1 << 16

  /// The members, of a group.
  private(set) var members: [HDF5Name: HDF5Link]?
  private(set) var attributes: [String: HDF5Cursor] = [:]
  /// The messages of a dataset, by number.
  private var descriptions: [Int: HDF5Cursor] = [:]
  private var messageCount = 0

  /// - Throws: `HDF5Error.Problem`.
  init(at address: Int, in storage: HDF5Storage) throws {
    var start = try storage.region(at: address, count: 4)
    if try start.number(4) == 0x5244_484f {
      try readVersion2(at: address, in: storage)
    } else {
      try readVersion1(at: address, in: storage)
    }
  }

  /// A message of a dataset.
  ///
  /// - Throws: `HDF5Error.Problem` if it is not a dataset, or a corrupt one.
  func description(_ message: Int) throws -> HDF5Cursor {
    guard let description = descriptions[message] else {
      throw members == nil
        ? HDF5Error.Problem.malformed(reason: "its header is incomplete")
        : .unexpected(expected: "a dataset", found: "a group")
    }
    return description
  }

  func hasDescription(_ message: Int) -> Bool { descriptions[message] != nil }

  // MARK: - Header versions

  private mutating func readVersion1(at address: Int, in storage: HDF5Storage) throws {
    var prefix = try storage.region(at: address, count: 16)
    guard try prefix.uint8() == 1 else {
      throw HDF5Error.Problem.malformed(reason: "an object is not at its declared address")
    }
    try prefix.skip(7)
    var blocks = [try storage.region(at: address + 16, count: prefix.uint32())]
    while var block = blocks.popLast() {
      while block.remaining >= 8 {
        let (type, count, flags) = (try block.uint16(), try block.uint16(), try block.uint8())
        try block.skip(3)
        let body = try block.part(count)
        if let (address, count) = try read(type, flags, body, in: storage) {
          blocks.append(try storage.region(at: address, count: count))
        }
      }
    }
  }

  private mutating func readVersion2(at address: Int, in storage: HDF5Storage) throws {
    var prefix = try storage.region(at: address, count: min(34, storage.end - storage.base - address))
    try prefix.expect("OHDR", "an object")
    guard try prefix.uint8() == 2 else {
      throw HDF5Error.Problem.unsupported(feature: "a newer version of HDF5's object headers")
    }
    let flags = try prefix.uint8()
    // Four times, and two attribute counts.
    let options = (flags & 0x20 == 0 ? 0 : 16) + (flags & 0x10 == 0 ? 0 : 4)
    try prefix.skip(options)
    let sizeWidth = 1 << (flags & 3)
    guard let size = Int(exactly: try prefix.number(sizeWidth)) else {
      throw HDF5Error.Problem.malformed(reason: "a size in it is larger than any file")
    }
    guard size <= storage.bytes.count else { throw HDF5Storage.beyondEnd }
    let prefixSize = 6 + options + sizeWidth
    var first = try storage.block("OHDR", at: address, count: prefixSize + size, "the header of an object")
    try first.skip(prefixSize - 4)
    var blocks = [first]
    while var block = blocks.popLast() {
      let headerCount = flags & 0x04 == 0 ? 4 : 6
      while block.remaining >= headerCount {
        let (type, count, messageFlags) = (try block.uint8(), try block.uint16(), try block.uint8())
        try block.skip(headerCount - 4)
        let body = try block.part(count)
        if let (address, count) = try read(type, messageFlags, body, in: storage) {
          blocks.append(
            try storage.block(
              "OCHK", at: address, count: count - HDF5Checksum.size, "the continuation of an object"))
        }
      }
    }
  }

  // MARK: - Messages

  /// - Returns: the location of further messages, for a continuation message.
  private mutating func read(
    _ type: Int, _ flags: Int, _ body: HDF5Cursor, in storage: HDF5Storage
  ) throws -> (address: Int, count: Int)? {
    messageCount += 1
    guard messageCount <= Self.mostMessages else {
      throw HDF5Error.Problem.malformed(reason: "its header does not end")
    }
    var body = body
    switch type {
    case Message.continuation:
      guard let address = try body.address() else {
        throw HDF5Error.Problem.malformed(reason: "an object has no address for its continuation")
      }
      return (address, try body.size())
    case Message.symbolTable:
      members = try HDF5SymbolTable.members(body, in: storage)
    case Message.linkInfo:
      try Self.refuseDense(&body, "many members in a group", indexWidth: 8)
      members = members ?? [:]
    case Message.attributeInfo:
      try Self.refuseDense(&body, "many attributes", indexWidth: 2)
    case Message.link:
      let (name, link) = try HDF5Link.message(body)
      try storage.spend(name.utf8.count)
      members = members ?? [:]
      guard members?.updateValue(link, forKey: HDF5Name(name)) == nil else { throw HDF5SymbolTable.twice(name) }
    case Message.attribute:
      guard flags & 2 == 0 else { throw HDF5Error.Problem.unsupported(feature: "shared attributes") }
      attributes[try HDF5Attribute.name(body)] = body
    case Message.dataspace, Message.datatype, Message.layout, Message.filters, Message.externalFiles:
      guard flags & 2 == 0 else { throw HDF5Error.Problem.unsupported(feature: "named types") }
      descriptions[type] = body
    default:
      break
    }
    return nil
  }

  /// Newer formats store many links or attributes in a separate heap (IV.A.2.c and IV.A.2.v).
  private static func refuseDense(_ body: inout HDF5Cursor, _ what: String, indexWidth: Int) throws {
    try body.skip(1)
    let hasIndex = try body.uint8() & 1 != 0
    if hasIndex { try body.skip(indexWidth) }
    guard try body.address() == nil else {
      throw HDF5Error.Problem.unsupported(feature: "a newer HDF5 layout (\(what))")
    }
  }
}
