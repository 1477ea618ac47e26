import Glibc

/// The holder of a lock, as named in its file.
package struct LockHolder: Equatable, Sendable, CustomStringConvertible {
  package let process: Int32
  package let host: String
  /// The time of locking, in UTC: `2026-11-24 22:05:10`.
  package let since: String

  package static var thisHost: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  static var current: LockHolder {
    var (now, fields) = (time(nil), tm())
    gmtime_r(&now, &fields)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S", &fields)
    let since = String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return LockHolder(process: getpid(), host: thisHost, since: since)
  }

  init(process: Int32, host: String, since: String) {
    self.process = process
    self.host = host
    self.since = since
  }

  /// Reads the lock file; nil if its content is not valid.
  init?(of descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    self.init(bytes[..<count])
  }

  /// Parses the content of a lock file. Others may write to it, so only the exact format is accepted and shown.
  init?(_ bytes: some Sequence<UInt8>) {
    let lines = String(decoding: Array(bytes), as: UTF8.self).split(separator: "\n")
    func value(_ key: String, of characters: String) -> String? {
      let value = lines.first { $0.hasPrefix("\(key) ") }.map { String($0.dropFirst(key.count + 1)) }
      return value.flatMap { $0.utf8.allSatisfy(characters.utf8.contains) ? $0 : nil }
    }
    let digits = "0123456789"
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    guard let process = value("process", of: digits).flatMap({ Int32($0) }),
      let host = value("host", of: "\(letters)\(digits)-._"), let since = value("since", of: "\(digits)-: ")
    else { return nil }
    self.init(process: process, host: host, since: since)
  }

  var text: String { "process \(process)\nhost \(host)\nsince \(since)\n" }

  package var description: String { "process \(process) on \(host), since \(since) UTC" }
}
