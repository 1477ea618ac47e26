import Datasets
import Foundation
import SystemResources

/// Decodes the inputs of a pass ahead of their use, in threads of its own: a ring of windows of adjacent samples.
///
/// What a window holds is a function of its place in the order alone, so that nothing of the ring belongs to the state
/// of a run.
final class DecodingPipeline: @unchecked Sendable {
  // Sendable: `condition` guards the mutable state; each sample of a window is written by one thread, and read once the
  // window is complete.

  /// The windows in the ring: one in use, the others ahead.
  private static let depth = 3

  private let decoder: ShiftedDecoder
  private let order: [Int32]?
  private let windowSize: Int
  private let sampleCount: Int
  /// The size of an input in bytes.
  private let inputSize: Int
  private let ring: UnsafeMutableRawPointer
  private let condition = NSCondition()

  /// The next sample of the pass to be decoded.
  private var nextSample: Int
  /// The first window that is not used yet: the ring holds it and those after it.
  private var currentWindow: Int
  /// The samples of each window of the ring that are not decoded yet.
  private var missing: [Int]
  private var failure: (sample: Int, error: any Error)?
  private var isStopped = false
  /// The time that the calls of `next` took.
  private(set) var secondsWaited = 0.0
  /// None if the system does not allow any: then windows are decoded when they are asked for.
  private var threads: [pthread_t] = []

  /// - Parameters:
  ///   - inputCount: the values per input.
  ///   - order: the samples of the pass; nil for 0, 1, 2…
  /// - Throws: `TrainingError.ringTooLarge` if the ring does not fit in memory.
  init(
    _ decoder: ShiftedDecoder, inputCount: Int, order: [Int32]?, window: Int, firstWindow: Int, samples: Int,
    workerCount: Int
  ) throws {
    self.decoder = decoder
    self.order = order
    windowSize = window
    sampleCount = samples
    inputSize = inputCount * (decoder.decoder.element == .uint8 ? 1 : MemoryLayout<Float>.size)
    let (size, overflow) = (Self.depth * window).multipliedReportingOverflow(by: inputSize)
    guard !overflow, Memory.canHold(size) else {
      throw TrainingError.ringTooLarge(samples: Self.depth * window, bytesPerSample: inputSize)
    }
    ring = .allocate(byteCount: size, alignment: 64)
    nextSample = firstWindow * window
    currentWindow = firstWindow
    missing = [Int](repeating: 0, count: Self.depth)
    for index in firstWindow..<firstWindow + Self.depth { missing[index % Self.depth] = self.window(index).count }
    while threads.count < workerCount, let thread = startThread() { threads.append(thread) }
  }

  deinit { ring.deallocate() }

  /// - Returns: nil if the system does not allow another thread.
  private func startThread() -> pthread_t? {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let pipeline = Unmanaged<DecodingPipeline>.fromOpaque(context).takeRetainedValue()
        while let sample = pipeline.claimSample() { pipeline.decode(sample) }
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      context.release()
      return nil
    }
    return thread
  }

  /// Ends all threads.
  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  /// Waits for the next window, and gives up the one before it.
  ///
  /// - Returns: its inputs, in the order of the pass.
  /// - Throws: the error of the first sample that could not be decoded.
  func next(_ range: Range<Int>) throws -> SampleSlice.Inputs {
    let started = ContinuousClock.now
    defer { secondsWaited += (ContinuousClock.now - started) / .seconds(1) }
    let index = range.lowerBound / windowSize
    precondition(range == window(index), "\(range) is not the window \(index)")
    condition.withLock {
      while currentWindow < index {
        missing[currentWindow % Self.depth] = window(currentWindow + Self.depth).count
        currentWindow += 1
      }
      condition.broadcast()
    }
    if threads.isEmpty {
      while nextSample < range.upperBound, let sample = claimSample() { decode(sample) }
    }
    try condition.withLock {
      while missing[index % Self.depth] > 0 {
        if let failure, failure.sample < range.upperBound { throw failure.error }
        condition.wait()
      }
    }
    let first = ring + index % Self.depth * windowSize * inputSize
    return decoder.decoder.element == .uint8 ? .bytes(first.assumingMemoryBound(to: UInt8.self)) : .floats(first)
  }

  /// The samples of a window; none after the last one.
  private func window(_ index: Int) -> Range<Int> {
    min(index * windowSize, sampleCount)..<min((index + 1) * windowSize, sampleCount)
  }

  /// Decodes a sample that was claimed.
  private func decode(_ sample: Int) {
    let (window, position) = (sample / windowSize, sample % windowSize)
    let input = ring + (window % Self.depth * windowSize + position) * inputSize
    do {
      try decoder.decode(order.map { Int($0[sample]) } ?? sample, into: input)
      condition.withLock { complete(window) }
    } catch {
      condition.withLock { fail(sample, error) }
    }
  }

  /// The next sample whose window is in the ring, waiting for a place; nil at the end.
  private func claimSample() -> Int? {
    condition.withLock {
      while !isStopped, nextSample < sampleCount, nextSample >= (currentWindow + Self.depth) * windowSize {
        condition.wait()
      }
      guard !isStopped, failure == nil, nextSample < sampleCount else { return nil }
      defer { nextSample += 1 }
      return nextSample
    }
  }

  private func complete(_ window: Int) {
    missing[window % Self.depth] -= 1
    if missing[window % Self.depth] == 0 { condition.broadcast() }
  }

  /// Keeps the error of the first sample: earlier ones that are being decoded may still fail.
  private func fail(_ sample: Int, _ error: any Error) {
    if failure.map({ sample < $0.sample }) ?? true { failure = (sample, error) }
    condition.broadcast()
  }
}
