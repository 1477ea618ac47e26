import ArgumentParser
import DurableFiles
import Martlet

struct DataShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Draw a sample in the terminal, or samples in a PNG file, with their labels.",
    discussion: """
      Float images are normalized per sample: the minimum is black, the maximum white. Vectors are printed.
      """)

  @Argument(help: "Data set name, as listed by 'martlet data list', or a configuration (YAML) whose data to show.")
  var name: String

  @Option(parsing: .unconditional, help: "Index of the sample, from 0.")
  var index = 0

  @Option(parsing: .unconditional, help: "Number of samples, starting at --index (with --output).")
  var count = 1

  @Option(help: "Write a PNG file; with --count, a contact sheet.")
  var output: String?

  @Option(help: "Directory of the data set's files.")
  var data: String?

  @Flag(help: "Show test samples instead of training samples.")
  var test = false

  func run() throws {
    var source = try source()
    if let data { source = try source.required(inDirectory: data) }
    guard index >= 0 else { throw UsageError("--index must be at least 0. Received: \(index)") }
    guard count >= 1 else { throw UsageError("--count must be at least 1. Received: \(count)") }
    guard output != nil || count == 1 else {
      throw UsageError("--count needs --output FILE.png for the contact sheet.")
    }
    let samples = try source.loadInputs(test ? .test : .train, CommandEnvironment.dataset(isSilent: false))
    guard index < samples.count else {
      throw UsageError(
        "--index must be at most \(samples.count - 1), the last sample of '\(samples.name)'. Received: \(index)")
    }
    guard count <= samples.count - index else {
      throw UsageError(
        "--count must be at most \(samples.count - index): '\(samples.name)' has samples 0 to \(samples.count - 1), "
          + "and --index is \(index). Received: \(count)")
    }
    if let output {
      try OutputPath.check(output, "--output")
      try OutputPath.checkPicture(output, "--output")
      guard samples.isDrawable else {
        throw UsageError(
          "--output \(output): the samples of '\(samples.name)' are \(samples.input), not images of 1 or 3 channels. "
            + "Leave out --output: they are printed.")
      }
      try samples.contactSheet(first: index, count: count).write(to: output)
      Console.output.write(targets(samples))
    } else {
      Console.output.write("\(try text(samples))\n\(target(samples))\n")
    }
  }

  private func text(_ samples: Dataset) throws -> String {
    guard samples.isDrawable else { return "input: \(Self.list(try samples.input(index)))" }
    return "\(try HalfBlockDrawing(samples, index: index, colors: Terminal(.output)?.hasColors ?? false))"
  }

  private func target(_ samples: Dataset) -> String {
    if let label = samples.label(index) { return "label: \(label)" }
    guard let target = samples.target(index) else { return "label: none" }
    return "target: \(Self.list(target))"
  }

  /// The first values of a sample, and their count if it has more.
  private static func list(_ values: [Float]) -> String {
    let shown = 100
    let text = values.prefix(shown).map(\.digits).joined(separator: " ")
    return values.count > shown ? "\(text) … (\(values.count) numbers)" : text
  }

  /// - Throws: `UsageError` or `ConfigurationError` if `name` is neither a data set nor a configuration with one.
  private func source() throws -> any DatasetSource {
    guard Catalog.datasets.find(name) == nil, AtomicFile.exists(name) else {
      return try NamedSource.find(name)
    }
    guard let source = try RunConfiguration(contentsOf: name).source else {
      throw ConfigurationError(.missingKey(key: "dataset"), path: "data", file: name)
    }
    return source
  }

  /// Labels in the layout of the contact sheet, one line per row; targets, one line per sample.
  private func targets(_ samples: Dataset) -> String {
    let indices = index..<index + count
    let labels = indices.compactMap { samples.label($0) }
    guard labels.count == count else {
      let lines = indices.compactMap { samples.target($0) }.map { "\(Self.list($0))\n" }
      return lines.isEmpty ? "" : "targets:\n\(lines.joined())"
    }
    let columns = Dataset.contactSheetColumns(count)
    let width = labels.map { "\($0)".count }.max() ?? 0
    return "labels:\n"
      + stride(from: 0, to: count, by: columns).map { start in
        labels[start..<min(start + columns, count)].map { label in
          String(repeating: " ", count: width - "\(label)".count) + "\(label)"
        }.joined(separator: " ") + "\n"
      }.joined()
  }
}
