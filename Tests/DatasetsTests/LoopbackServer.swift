import Foundation
import Glibc

/// An HTTP server on 127.0.0.1 that answers every request with a closure, and closes the connection.
final class LoopbackServer: Sendable {
  /// The raw answer to a request for a path: status line, headers and body.
  typealias Answer = @Sendable (_ path: String) -> [UInt8]
  /// Answers a request for a path incrementally.
  typealias Conversation = @Sendable (_ path: String, Connection) -> Void

  /// The connection to the client.
  struct Connection {
    fileprivate let descriptor: Int32

    /// - Returns: whether the client may still be connected.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
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
    func waitForClose() {
      var byte: UInt8 = 0
      while read(descriptor, &byte, 1) > 0 {}
    }
  }

  let port: UInt16
  private let listener: Int32

  var address: String { "http://127.0.0.1:\(port)/" }

  convenience init(answer: @escaping Answer) throws {
    try self.init { path, connection in connection.send(answer(path)) }
  }

  init(conversation: @escaping Conversation) throws {
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
    let path = String(decoding: request[..<count], as: UTF8.self).split(separator: " ").dropFirst().first ?? ""
    conversation(String(path), Connection(descriptor: connection))
  }

  static func response(_ status: String, body: [UInt8], length: Int? = nil) -> [UInt8] {
    Array("HTTP/1.1 \(status)\r\nContent-Length: \(length ?? body.count)\r\nConnection: close\r\n\r\n".utf8) + body
  }
}
