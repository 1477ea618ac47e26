import ArgumentParser
import Martlet

/// The samples that options choose.
struct ShownSamples {
  /// Indices, and ranges of indices: `10-19`.
  let indices: [String]
  /// The number of samples from a single index on.
  let count: Int
  /// A class by name or label; nil for all.
  let className: String?

  /// - Throws: `UsageError` for an index or a class that the data does not have.
  func indices(in samples: Dataset) throws -> [Int] {
    let ranges = try indices.map { try range($0, in: samples) }
    if let className { return try self.samples(ofClass: className, from: ranges, in: samples) }
    guard ranges.count == 1, let range = ranges.first, range.count == 1 else {
      guard count == 1 else {
        throw UsageError("--count needs a single --index. Received: \(indices.joined(separator: ", "))")
      }
      return ranges.flatMap { Array($0) }
    }
    let index = range.lowerBound
    guard count <= samples.count - index else {
      throw UsageError(
        "--count must be at most \(samples.count - index): '\(samples.name)' has samples 0 to \(samples.count - 1), "
          + "and --index is \(index). Received: \(count)")
    }
    return Array(index..<index + count)
  }

  private func range(_ text: String, in samples: Dataset) throws -> Range<Int> {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1] else {
      guard let index = Int(text) else {
        throw UsageError("--index must be a number, or a first and a last one: 10-19. Received: \(text)")
      }
      return try check(index, in: samples)..<index + 1
    }
    guard first <= last else {
      throw UsageError("--index: the first index must not exceed the last one. Received: \(text)")
    }
    return try check(first, in: samples)..<check(last, in: samples) + 1
  }

  private func check(_ index: Int, in samples: Dataset) throws -> Int {
    guard index >= 0 else { throw UsageError("--index must be at least 0. Received: \(index)") }
    guard index < samples.count else {
      throw UsageError(
        "--index must be at most \(samples.count - 1), the last sample of '\(samples.name)'. Received: \(index)")
    }
    return index
  }

  // MARK: - Classes

  private func samples(ofClass name: String, from ranges: [Range<Int>], in samples: Dataset) throws -> [Int] {
    let label = try label(name, in: samples)
    let width = samples.target?.shape.count ?? 1
    let isOpen = ranges.count == 1 && ranges[0].count == 1
    let places = isOpen ? [ranges[0].lowerBound..<samples.count] : ranges
    let found = places.lazy.flatMap { $0 }.filter { samples.classIndex($0, of: width) == label }
    let chosen = Array(isOpen ? Array(found.prefix(count)) : Array(found))
    guard !chosen.isEmpty else {
      throw UsageError("--class \(name): '\(samples.name)' has no sample of this class from --index on.")
    }
    guard !isOpen || chosen.count == count else {
      throw UsageError(
        "--count must be at most \(chosen.count): '\(samples.name)' has no more samples of class \(name) from --index on. "
          + "Received: \(count)")
    }
    return chosen
  }

  private func label(_ name: String, in samples: Dataset) throws -> Int {
    guard let target = samples.target, target.element == .label || target.shape.count > 1 else {
      throw UsageError("--class \(name): the samples of '\(samples.name)' have no classes.")
    }
    if let label = samples.classNames.map({ $0.label(ofClass: name) }) ?? Int(name), label >= 0 { return label }
    guard let names = samples.classNames else {
      throw UsageError("--class must be a label: the classes of '\(samples.name)' have no names. Received: \(name)")
    }
    let nearest = NearestWord.nearest(to: name, among: names).map { " Did you mean '\($0)'?" }
    let limit = 20
    let known = " Classes: \(names.prefix(limit).joined(separator: ", "))\(names.count > limit ? ", …" : "")."
    throw UsageError("--class: '\(samples.name)' has no class '\(name)'.\(nearest ?? known)")
  }
}
