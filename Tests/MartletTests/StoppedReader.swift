import Foundation
import Synchronization
import TestSupport

/// A full pipe without a reader, or a terminal whose output is stopped, as by Ctrl-S.
final class StoppedReader {
  enum Kind: String, CaseIterable {
    case pipe
    case terminal
  }

  /// The output handle for a process.
  let writer: FileHandle
  private let reader: FileHandle

  init(_ kind: Kind) throws {
    switch kind {
    case .pipe:
      let pipe = Pipe()
      (reader, writer) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
      let (descriptor, flags) = (writer.fileDescriptor, fcntl(writer.fileDescriptor, F_GETFL))
      _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
      while write(descriptor, "x", 1) == 1 {}
      // The process gets a blocking pipe.
      _ = fcntl(descriptor, F_SETFL, flags)
    case .terminal:
      let terminal = try PseudoTerminal()
      (reader, writer) = (terminal.keyboard, terminal.screen)
      guard tcflow(writer.fileDescriptor, TCOOFF) == 0 else { throw POSIXError(.EIO) }
    }
  }
}

/// A pseudoterminal: output to the terminal is read at its controlling end.
struct PseudoTerminal {
  let keyboard: FileHandle
  let screen: FileHandle

  /// - Parameter columns: the width of its window.
  init(columns: Int = 80) throws {
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN of <asm-generic/ioctls.h>: unlocked, and its number.
    var (lock, number) = (Int32(0), Int32(0))
    guard main >= 0, ioctl(main, 0x4004_5431, &lock) == 0, ioctl(main, 0x8004_5430, &number) == 0 else {
      throw POSIXError(.EIO)
    }
    let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard other >= 0 else { throw POSIXError(.EIO) }
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(other, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.EIO) }
    keyboard = FileHandle(fileDescriptor: main, closeOnDealloc: true)
    screen = FileHandle(fileDescriptor: other, closeOnDealloc: true)
  }

  /// Starts reading, on a separate thread.
  func reading() -> Reading { Reading(self) }

  /// All that is printed from now on.
  final class Reading: Sendable {
    private let terminal: PseudoTerminal
    private let bytes = Mutex<[UInt8]>([])
    private let isDone = DispatchSemaphore(value: 0)

    fileprivate init(_ terminal: PseudoTerminal) {
      self.terminal = terminal
      Thread.detachNewThread { [self] in
        var part = [UInt8](repeating: 0, count: 4096)
        // The end of a terminal is an error (EIO).
        while case let count = read(terminal.keyboard.fileDescriptor, &part, part.count), count > 0 {
          bytes.withLock { $0 += part[..<count] }
        }
        isDone.signal()
      }
    }

    /// Waits until no process has the terminal open.
    func end() throws -> String {
      try terminal.screen.close()
      isDone.wait()
      return bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }
  }
}
