import Foundation
import Glibc

/// An HTTP server on 127.0.0.1 that answers every request with a closure, and closes the connection.
public final class LoopbackServer: Sendable {
  /// The raw answer to a request for a path: status line, headers and body.
  public typealias Answer = @Sendable (_ path: String) -> [UInt8]
  /// Answers a request for a path incrementally.
  public typealias Conversation = @Sendable (_ path: String, Connection) -> Void

  /// The connection to the client.
  public struct Connection: Sendable {
    fileprivate let descriptor: Int32
    /// The headers of the request, by their lowercase names.
    public let headers: [String: String]

    /// - Returns: whether the client may still be connected.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
      var written = 0
      while written < bytes.count {
        let sent = bytes.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written, Int32(MSG_NOSIGNAL))
        }
        guard sent > 0 else { return false }
        written += sent
      }
      return true
    }

    /// Sends nothing until the client closes.
    public func waitForClose() {
      var byte: UInt8 = 0
      while read(descriptor, &byte, 1) > 0 {}
    }
  }

  public let port: UInt16
  private let listener: Int32

  public var address: String { "http://127.0.0.1:\(port)/" }

  public convenience init(answer: @escaping Answer) throws {
    try self.init { path, connection in connection.send(answer(path)) }
  }

  public init(conversation: @escaping Conversation) throws {
    // A process started by another test must not keep a connection open.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else {
      close(listener)
      throw POSIXError(.EADDRNOTAVAIL)
    }
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        Self.serve(connection, conversation)
      }
      // Closed here: if its number were free earlier, this thread might serve the connections of another server.
      close(listener)
    }
  }

  /// Ends the thread; a server that is shut down accepts nothing more.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ connection: Int32, _ conversation: Conversation) {
    defer { close(connection) }
    var request = [UInt8](repeating: 0, count: 4096)
    let count = read(connection, &request, request.count)
    guard count > 0 else { return }
    let lines = String(decoding: request[..<count], as: UTF8.self).split(separator: "\r\n")
    let path = lines.first?.split(separator: " ").dropFirst().first ?? ""
    let headers = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1) }.filter { $0.count == 2 }
      .map { ($0[0].lowercased(), $0[1].trimmingCharacters(in: .whitespaces)) }
    conversation(
      String(path), Connection(descriptor: connection, headers: Dictionary(headers) { first, _ in first }))
  }

  /// - Parameter headers: whole lines, each with its line end.
  public static func response(_ status: String, headers: String = "", body: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = "Content-Length: \(length ?? body.count)"
    return Array("HTTP/1.1 \(status)\r\n\(headers)\(length)\r\nConnection: close\r\n\r\n".utf8) + body
  }
}
