import Glibc
import Synchronization

/// Ends the process with one line on the standard error and exit code 1 when a mapped file cannot be read any more:
/// it became shorter, or its disk failed. The system reports that with the signal SIGBUS.
///
/// The lines are prepared when a file is mapped: a signal handler can only write them. A SIGBUS elsewhere is left to
/// the action that was installed before.
package enum MappedFileFaults {
  /// The maximum number of files; further ones are mapped without a line of their own.
  private static let capacity = 4096

  /// Whether the standard error has an unfinished line, which the command replaces with progress. It must be
  /// async-signal-safe.
  nonisolated(unsafe) package static var hasOpenLine: @convention(c) () -> Bool = { false }

  /// A mapped range, and its line. A free one has the start 0.
  private struct Entry: ~Copyable {
    let start = Atomic<UInt>(0)
    let end = Atomic<UInt>(0)
    let line = Atomic<UInt>(0)
    let lineCount = Atomic<Int>(0)
  }

  /// A registered file.
  struct Registration: Sendable {
    fileprivate let index: Int
  }

  nonisolated(unsafe) private static let entries: UnsafeMutablePointer<Entry> = {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    for index in 0..<capacity { (entries + index).initialize(to: Entry()) }
    return entries
  }()
  /// The action that was installed before. On the heap and with room to spare: the compiler makes the global variable of
  /// this imported type smaller than what the system writes to it.
  nonisolated(unsafe) private static let previous: UnsafeMutablePointer<sigaction> = {
    let action = UnsafeMutablePointer<sigaction>.allocate(capacity: 2)
    action.initialize(repeating: sigaction(), count: 2)
    return action
  }()
  /// Whether a thread has begun to end the process: several may read the file at the same time, and one line is enough.
  private static let isEnding = Atomic(false)
  /// Whether the handler is installed. Also guards changes of the table.
  private static let isInstalled = Mutex(false)

  // MARK: - The table

  /// - Returns: nil if the table is full.
  static func register(_ bytes: UnsafeRawBufferPointer, path: String) -> Registration? {
    let line = Array(
      """
      martlet: \(path): cannot be read any more: it became shorter than \(bytes.count) bytes, or its disk failed. \
      Restore it and run the same command again.

      """.utf8)
    return isInstalled.withLock { isInstalled in
      if !isInstalled { install() }
      isInstalled = true
      guard let index = (0..<capacity).first(where: { entries[$0].start.load(ordering: .relaxed) == 0 }) else {
        return nil
      }
      let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: line.count)
      copy.initialize(from: line, count: line.count)
      let start = UInt(bitPattern: bytes.baseAddress)
      entries[index].line.store(UInt(bitPattern: copy), ordering: .relaxed)
      entries[index].lineCount.store(line.count, ordering: .relaxed)
      entries[index].end.store(start + UInt(bytes.count), ordering: .relaxed)
      entries[index].start.store(start, ordering: .releasing)
      return Registration(index: index)
    }
  }

  static func unregister(_ registration: Registration) {
    isInstalled.withLock { _ in
      let entry = entries + registration.index
      entry.pointee.start.store(0, ordering: .releasing)
      UnsafeMutablePointer<UInt8>(bitPattern: entry.pointee.line.exchange(0, ordering: .relaxed))?.deallocate()
    }
  }

  // MARK: - The signal

  private static func install() {
    // Initialized here, because the handler must not do it.
    _ = (entries, previous, hasOpenLine, isEnding.load(ordering: .relaxed))
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = { signal, information, context in
      MappedFileFaults.handle(signal, information, context)
    }
    action.sa_flags = Int32(SA_SIGINFO)
    sigaction(SIGBUS, &action, previous)
  }

  /// Calls only async-signal-safe functions.
  private static func handle(
    _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
  ) {
    // A positive code comes from the system: a memory access.
    guard let information, information.pointee.si_code > 0 else { return chain(number, information, context) }
    let address = UInt(bitPattern: information.pointee._sifields._sigfault.si_addr)
    for index in 0..<capacity {
      let start = entries[index].start.load(ordering: .acquiring)
      guard start != 0, address >= start, address < entries[index].end.load(ordering: .relaxed) else { continue }
      while isEnding.exchange(true, ordering: .relaxed) { pause() }
      // Writing to a blocked terminal or pipe may never return: give it one second.
      signal(SIGALRM) { _ in _exit(1) }
      alarm(1)
      if hasOpenLine() { _ = write(STDERR_FILENO, "\n", 1) }
      let line = UnsafeRawPointer(bitPattern: entries[index].line.load(ordering: .relaxed))
      _ = write(STDERR_FILENO, line, entries[index].lineCount.load(ordering: .relaxed))
      _exit(1)
    }
    chain(number, information, context)
  }

  /// Performs the action that was installed before.
  private static func chain(
    _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
  ) {
    if previous.pointee.sa_flags & Int32(SA_SIGINFO) != 0 {
      return previous.pointee.__sigaction_handler.sa_sigaction(number, information, context)
    }
    let handler = previous.pointee.__sigaction_handler.sa_handler
    let address = unsafeBitCast(handler, to: Int.self)
    if address == unsafeBitCast(SIG_IGN, to: Int.self) { return }
    if address != unsafeBitCast(SIG_DFL, to: Int.self), let handler { return handler(number) }
    // The default action: for a memory access, which is repeated on return, or once the signal is unblocked.
    sigaction(number, previous, nil)
    raise(number)
  }
}
