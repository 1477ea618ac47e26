/// Where the bytes of a partial download come from: what a request for the rest needs, and later processes too.
struct DownloadSource: Equatable, Sendable {
  let url: String
  /// The strong ETag or the modification date (RFC 9110, section 13.1.5): the rest is requested for this version only.
  let validator: String
  /// The total size in bytes; nil if unknown.
  let total: Int?

  init?(url: String, validator: String?, total: Int?) {
    guard let validator, Self.isLine(validator), Self.isLine(url) else { return nil }
    self.url = url
    self.validator = validator
    self.total = total
  }

  /// - Parameter text: as written by `text`.
  init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == 4, lines[3].isEmpty, lines[2].isEmpty || Int(lines[2]) != nil else { return nil }
    self.init(url: lines[0], validator: lines[1], total: Int(lines[2]))
  }

  /// One line each: URL, validator, total.
  var text: String { "\(url)\n\(validator)\n\(total.map(String.init) ?? "")\n" }

  private static func isLine(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count < 4096 && text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
  }
}
