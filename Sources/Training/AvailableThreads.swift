import Dispatch
import Glibc

/// The number of threads that the system allows this process to start.
enum AvailableThreads {
  /// Starts threads up to the first that the system refuses, then ends them all.
  ///
  /// Dispatch waits forever for a thread that it cannot start; counting first allows an error instead.
  static func count(upTo wanted: Int) -> Int {
    let end = DispatchSemaphore(value: 0)
    var threads: [pthread_t] = []
    while threads.count < wanted, let thread = start(waitingFor: end) { threads.append(thread) }
    for _ in threads { end.signal() }
    for thread in threads { pthread_join(thread, nil) }
    return threads.count
  }

  private static func start(waitingFor end: DispatchSemaphore) -> pthread_t? {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(end)
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<DispatchSemaphore>.fromOpaque(context).takeRetainedValue().wait() }
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      context.release()
      return nil
    }
    return thread
  }
}
