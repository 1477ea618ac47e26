import Foundation
import Martlet
import Synchronization

/// What signals ask of a training. A handler sets a flag, and the training looks at it between two steps. Before the
/// training, while its data is loaded, nobody would look at a flag: a handler ends the process.
enum Signals {
  private static let hasHandedOver = Atomic(false)
  private static let farewell: StaticString =
    "martlet: stopped on request before the first step; no checkpoint was touched. Run the same command again.\n"

  /// What the handlers hand on to.
  static let requests = RunRequests()

  /// The signals that may end a run, by their names.
  static let known: [(name: String, number: Int32)] = [
    ("TERM", SIGTERM), ("INT", SIGINT), ("USR1", SIGUSR1), ("USR2", SIGUSR2), ("HUP", SIGHUP), ("QUIT", SIGQUIT),
    ("ALRM", SIGALRM), ("XCPU", SIGXCPU), ("CONT", SIGCONT),
  ]

  /// Reads `TERM,INT,USR1`; `SIGTERM` is taken as well.
  ///
  /// - Throws: `WrongUse` for a name that is none of them.
  static func parse(_ list: String) throws -> [Int32] {
    try list.split(separator: ",").map { item in
      let name = item.hasPrefix("SIG") ? String(item.dropFirst(3)) : String(item)
      guard let signal = known.first(where: { $0.name == name }) else {
        throw WrongUse(
          "--end-signals \(list): '\(item)' is none of \(known.map(\.name).joined(separator: ", ")).")
      }
      return signal.number
    }
  }

  static func name(_ number: Int32) -> String {
    known.first { $0.number == number }.map { "SIG\($0.name)" } ?? "signal \(number)"
  }

  /// Lets the signals of `ending` end the run after its step, and SIGUSR2 write a checkpoint if it is none of them.
  ///
  /// A second SIGINT does what it does everywhere: it ends the process at once. A hang-up, which a closed terminal and a
  /// dead connection send, ends a run that has a terminal as the others do, and means nothing to one that has none. What
  /// the parent of the process chose to ignore stays ignored (nohup).
  static func install(ending: [Int32]) {
    // Made before a handler needs them.
    _ = (requests, Console.hasLiveLine.load(ordering: .relaxed))
    hasHandedOver.store(false, ordering: .relaxed)
    handle(SIGUSR2) { _ in Signals.requests.askForCheckpoint() }
    let hasTerminal = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].contains { isatty($0) == 1 }
    if !hasTerminal, !ending.contains(SIGHUP) { signal(SIGHUP, SIG_IGN) }
    for number in ending + (hasTerminal ? [SIGHUP] : []) {
      handle(number, once: number == SIGINT) { Signals.end($0) }
    }
  }

  /// From now on a training looks at the requests.
  static func handOver() { hasHandedOver.store(true, ordering: .relaxed) }

  /// Makes no calls but those that a handler may make.
  private static func end(_ signal: Int32) {
    guard !hasHandedOver.load(ordering: .relaxed) else { return requests.askForEnd(signal: signal) }
    // A terminal or a pipe that nobody reads may take the message at no time: a second has to do.
    handle(SIGALRM) { _ in _exit(ExitStatus.runAgain.rawValue) }
    alarm(1)
    if Console.hasLiveLine.load(ordering: .relaxed) { _ = write(STDERR_FILENO, "\n", 1) }
    _ = write(STDERR_FILENO, farewell.utf8Start, farewell.utf8CodeUnitCount)
    _exit(ExitStatus.runAgain.rawValue)
  }

  /// - Parameter once: whether the next signal does again what it does by default.
  private static func handle(_ number: Int32, once: Bool = false, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var present = sigaction()
    let isIgnored =
      sigaction(number, nil, &present) == 0 && present.__sigaction_handler.sa_handler.map(address) == address(SIG_IGN)
    if isIgnored, number == SIGHUP || number == SIGINT || number == SIGQUIT { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = SA_RESTART | (once ? Int32(bitPattern: UInt32(SA_RESETHAND)) : 0)
    sigaction(number, &action, nil)
    // A parent may have blocked it, as threads of Dispatch do, and children inherit that.
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, number)
    sigprocmask(SIG_UNBLOCK, &mask, nil)
  }

  private static func address(_ handler: sighandler_t?) -> Int { unsafeBitCast(handler, to: Int.self) }
}
