/// An error of reading or writing a zip archive.
package struct ZipError: Error, Equatable, Sendable {
  package enum Problem: Equatable, Sendable {
    /// Not an archive, or truncated.
    case notZip
    /// The contents are inconsistent.
    case malformed(reason: String)
    /// An unsupported feature of zip archives.
    case unsupported(feature: String)
    case missingMember(name: String)
    case checksumMismatch(member: String)
    /// A member that would decompress to more than its limit.
    case largeMember(name: String, bytes: Int, limit: Int)
    /// A member that does not fit in memory.
    case noMemory(member: String, bytes: Int)
    /// More than a zip archive without its 64-bit extension can hold.
    case tooLarge(bytes: Int)
  }

  package let file: String
  package let problem: Problem

  package init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }
}

extension ZipError: CustomStringConvertible {
  package var description: String {
    switch problem {
    case .notZip: "\(file): is not a zip archive, or is truncated."
    case .malformed(let reason): "\(file): is a malformed zip archive: \(reason)."
    case .unsupported(let feature):
      "\(file): is a zip archive with \(feature), which is not supported. Save it again without it."
    case .missingMember(let name): "\(file): has no member '\(name)'."
    case .checksumMismatch(let member): "\(file): the member '\(member)' is corrupt: checksum mismatch."
    case .largeMember(let name, let bytes, let limit):
      "\(file): the member '\(name)' would decompress to \(bytes) bytes; the limit is \(limit)."
    case .noMemory(let member, let bytes): "\(file): the \(bytes) bytes of the member '\(member)' do not fit in memory."
    case .tooLarge(let bytes): "\(file): \(bytes) bytes are more than a zip archive can hold (4 GB)."
    }
  }
}
