/// A zip archive that cannot be read or written.
package struct ZipError: Error, Equatable, Sendable {
  package enum Problem: Equatable, Sendable {
    /// No archive at all, or cut off.
    case notZip
    /// What stands there contradicts itself.
    case malformed(reason: String)
    /// Something that archives may have, but this program does not read.
    case unsupported(feature: String)
    case missingMember(name: String)
    case checksumMismatch(member: String)
    /// A member that unpacks to more than it can mean.
    case largeMember(name: String, bytes: Int, limit: Int)
    /// A member that there is no memory for.
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
    case .notZip: "\(file): is no zip archive, or its end is missing."
    case .malformed(let reason): "\(file): is a malformed zip archive: \(reason)."
    case .unsupported(let feature): "\(file): is a zip archive with \(feature), which is not read. Save it anew."
    case .missingMember(let name): "\(file): has no member '\(name)'."
    case .checksumMismatch(let member): "\(file): the member '\(member)' is damaged: its checksum is another one."
    case .largeMember(let name, let bytes, let limit):
      "\(file): the member '\(name)' would unpack to \(bytes) bytes; at most \(limit) are read here."
    case .noMemory(let member, let bytes): "\(file): the \(bytes) bytes of the member '\(member)' do not fit in memory."
    case .tooLarge(let bytes): "\(file): \(bytes) bytes are more than a zip archive can hold (4 GB)."
    }
  }
}
