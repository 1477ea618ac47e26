import Foundation
import FoundationNetworking

/// The parts of an HTTP response that a download needs (RFC 9110).
struct DownloadAnswer {
  let status: Int
  /// The announced length of the body in bytes; nil if unknown or encoded.
  let length: Int?
  /// Whether the body is encoded, and arrives decoded: positions in it are not those in the file.
  let isEncoded: Bool
  /// A strong ETag, or the modification date: what names this version in If-Range (section 13.1.5).
  let validator: String?
  /// Content-Range: the position of the first byte, nil in an answer 416; and the total size, nil if unknown.
  let range: (first: Int?, total: Int?)?
  private let date: String?

  init(_ response: URLResponse) {
    let response = response as? HTTPURLResponse
    func header(_ name: String) -> String? { response?.value(forHTTPHeaderField: name) }
    status = response?.statusCode ?? 0
    isEncoded = header("Content-Encoding").map { $0 != "identity" } ?? false
    let length = response?.expectedContentLength ?? -1
    self.length = length > 0 && !isEncoded ? Int(length) : nil
    date = header("Last-Modified")
    // A weak ETag names versions that may differ in bytes.
    validator = header("ETag").flatMap { $0.hasPrefix("\"") ? $0 : nil } ?? date
    range = header("Content-Range").flatMap(Self.range)
  }

  /// Whether the date of modification is this one.
  func isDated(_ text: String) -> Bool { date == text }

  /// `bytes 100-199/200`, `bytes 100-199/*` or `bytes */200`.
  static func range(_ text: String) -> (first: Int?, total: Int?)? {
    let parts = text.split(separator: " ")
    guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
    let sides = parts[1].split(separator: "/")
    guard sides.count == 2 else { return nil }
    let total = Int(sides[1])
    guard total != nil || sides[1] == "*" else { return nil }
    if sides[0] == "*" { return (nil, total) }
    let bounds = sides[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard bounds.count == 2, let first = bounds[0], let last = bounds[1], 0 <= first, first <= last else { return nil }
    return (first, total)
  }
}
