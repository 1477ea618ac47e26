import Foundation
import Martlet
import Synchronization

/// Signal handling. Handlers set flags that training polls between steps. Until then, while the data is loading,
/// nothing polls a flag: the handler ends the process.
enum Signals {
  private static let hasHandedOver = Atomic(false)
  private static let farewell: StaticString =
    "martlet: stopped on request before the first step; no checkpoint was touched. Run the same command again.\n"

  /// The requests set by the handlers.
  static let requests = RunRequests()

  /// The signals that may end a run, by name.
  static let known: [(name: String, number: Int32)] = [
    ("TERM", SIGTERM), ("INT", SIGINT), ("USR1", SIGUSR1), ("USR2", SIGUSR2), ("HUP", SIGHUP), ("QUIT", SIGQUIT),
    ("ALRM", SIGALRM), ("XCPU", SIGXCPU), ("CONT", SIGCONT),
  ]

  /// Parses `TERM,INT,USR1`; accepts the prefix `SIG` too.
  ///
  /// - Throws: `UsageError` for an unknown name.
  static func parse(_ list: String) throws -> [Int32] {
    try list.split(separator: ",").map { item in
      let name = item.hasPrefix("SIG") ? String(item.dropFirst(3)) : String(item)
      guard let signal = known.first(where: { $0.name == name }) else {
        throw UsageError(
          "--end-signals \(list): '\(item)' is not one of \(known.map(\.name).joined(separator: ", ")).")
      }
      return signal.number
    }
  }

  static func name(_ number: Int32) -> String {
    known.first { $0.number == number }.map { "SIG\($0.name)" } ?? "signal \(number)"
  }

  /// Installs handlers: the signals of `ending` stop the run after its current step, and SIGUSR2 writes a checkpoint
  /// unless it is one of them.
  ///
  /// A second SIGINT has its default action and ends the process at once. SIGHUP, sent when a terminal is closed or a
  /// connection is lost, stops a run that has a terminal, and is ignored by one without. Signals that the parent
  /// process ignored stay ignored (nohup).
  static func install(ending: [Int32]) {
    // Initialized here, because a handler must not do it.
    _ = (requests, Console.hasLiveLine.load(ordering: .relaxed))
    hasHandedOver.store(false, ordering: .relaxed)
    handle(SIGUSR2) { _ in Signals.requests.requestCheckpoint() }
    let hasTerminal = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].contains { isatty($0) == 1 }
    if !hasTerminal, !ending.contains(SIGHUP) { signal(SIGHUP, SIG_IGN) }
    for number in ending + (hasTerminal ? [SIGHUP] : []) {
      handle(number, once: number == SIGINT) { Signals.end($0) }
    }
  }

  /// Called once training polls the requests: from now on handlers only set flags.
  static func handOver() { hasHandedOver.store(true, ordering: .relaxed) }

  /// Calls only async-signal-safe functions.
  private static func end(_ signal: Int32) {
    guard !hasHandedOver.load(ordering: .relaxed) else { return requests.requestStop(signal: signal) }
    // Writing to a blocked terminal or pipe may never return: give it one second.
    handle(SIGALRM) { _ in _exit(ExitStatus.runAgain.rawValue) }
    alarm(1)
    if Console.hasLiveLine.load(ordering: .relaxed) { _ = write(STDERR_FILENO, "\n", 1) }
    _ = write(STDERR_FILENO, farewell.utf8Start, farewell.utf8CodeUnitCount)
    _exit(ExitStatus.runAgain.rawValue)
  }

  /// - Parameter once: whether the default action is restored after the first signal.
  private static func handle(_ number: Int32, once: Bool = false, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var present = sigaction()
    let isIgnored =
      sigaction(number, nil, &present) == 0 && present.__sigaction_handler.sa_handler.map(address) == address(SIG_IGN)
    if isIgnored, number == SIGHUP || number == SIGINT || number == SIGQUIT { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = SA_RESTART | (once ? Int32(bitPattern: UInt32(SA_RESETHAND)) : 0)
    sigaction(number, &action, nil)
    // A parent may have blocked the signal, as Dispatch threads do, and children inherit the mask.
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, number)
    sigprocmask(SIG_UNBLOCK, &mask, nil)
  }

  private static func address(_ handler: sighandler_t?) -> Int { unsafeBitCast(handler, to: Int.self) }
}
