import ArgumentParser
import DurableFiles
import Martlet

struct DataShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Draw a sample in the terminal, or samples in a PNG file, with their labels.",
    discussion: """
      Float images are normalized per sample: the minimum is black, the maximum white. Vectors are printed.
      """)

  @Argument(help: DataArgument.help, completion: .file())
  var name: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: "Index of the sample, from 0, or first and last index: 10-19. May be repeated.")
  var index: [String] = ["0"]

  @Option(parsing: .unconditional, help: "Number of samples, starting at --index (with --output).")
  var count = 1

  @Option(name: .customLong("class"), help: "Only samples of this class, by name or label, starting at --index.")
  var className: String?

  @Option(help: "Write a PNG file; with several samples, a contact sheet.", completion: .file())
  var output: String?

  @Option(help: "Enlarge the pixels of the PNG file by this factor.")
  var zoom = 1

  @Option(help: "Directory of the data set's files.", completion: .directory)
  var data: String?

  @Flag(help: "Show test samples instead of training samples.")
  var test = false

  @Flag(
    help: """
      Show the samples as training sees them: mixed by fit.batch_augmentation, and after the augmentation layers at
      the start of the configuration's model.
      """)
  var augmented = false

  @Option(help: "Epoch whose random changes --augmented shows, from 1.")
  var epoch = 1

  func run() throws {
    try checkOptions()
    let argument = try DataArgument(name, directory: data)
    let context = CommandEnvironment.streamedDataset()
    var samples =
      try augmented
      ? Self.trained(argument, context)
      : argument.source.loadInputs(test ? .test : .train, context).named(argument.classNames)
    var indices = try ShownSamples(indices: index, count: count, className: className).indices(in: samples)
    let shown = indices
    if augmented {
      samples = try Self.augmented(samples, indices, argument, epoch: epoch)
      indices = Array(0..<samples.count)
    }
    if let output {
      try checkOutput(output, samples, count: indices.count, sources: argument.files)
      try samples.contactSheet(indices, zoom: zoom).write(to: output)
      Console.output.write(ShownTargets(samples, indices: indices).text)
    } else {
      for (position, index) in indices.enumerated() {
        let heading = indices.count > 1 ? "sample \(shown[position])\n" : ""
        Console.output.write("\(heading)\(try Self.text(samples, index))\n\(ShownTargets.line(samples, index))\n")
      }
    }
  }

  private func checkOptions() throws {
    guard count >= 1 else { throw UsageError("--count must be at least 1. Received: \(count)") }
    guard output != nil || count == 1 else {
      throw UsageError("--count needs --output FILE.png for the contact sheet.")
    }
    guard (1...64).contains(zoom) else {
      throw UsageError("--zoom must be at least 1 and at most 64. Received: \(zoom)")
    }
    guard output != nil || zoom == 1 else { throw UsageError("--zoom needs --output FILE.png.") }
    let largestEpoch = (1 << 24) - 1
    guard (1...largestEpoch).contains(epoch) else {
      throw UsageError("--epoch must be at least 1 and at most \(largestEpoch). Received: \(epoch)")
    }
    guard augmented || epoch == 1 else {
      throw UsageError("--epoch needs --augmented, whose random changes it selects.")
    }
    guard !augmented || !test else {
      throw UsageError("--augmented and --test contradict each other: test samples are not augmented.")
    }
  }

  /// The suffixes of other pictures.
  private static let otherFormats = [".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".svg", ".pdf"]

  private func checkOutput(_ output: String, _ samples: Dataset, count: Int, sources: [String]) throws {
    try OutputPath.check(output, "--output", madeOf: sources + samples.fileNames(at: output))
    if let format = Self.otherFormats.first(where: { output.lowercased().hasSuffix($0) }) {
      throw UsageError(
        "--output \(output): is written as PNG, not as \(format.dropFirst()): choose a name ending in .png.")
    }
    try OutputPath.checkPicture(output, "--output")
    guard samples.isDrawable, let image = samples.shape.image else {
      throw UsageError(
        "--output \(output): the samples of '\(samples.name)' are \(samples.input), not images of 1 or 3 channels. "
          + "Leave out --output: they are printed.")
    }
    let size = samples.contactSheetSize(count: count, zoom: zoom)
    let (pixels, isHuge) = size.height.multipliedReportingOverflow(by: size.width)
    guard !isHuge, pixels <= (1 << 30) / image.channels else {
      throw UsageError(
        "--output \(output): \(count) samples are a picture of \(size.width)x\(size.height) pixels. Show fewer samples, or "
          + "a smaller --zoom.")
    }
  }

  // MARK: - Samples

  /// The training data of the run that a configuration describes.
  private static func trained(_ argument: DataArgument, _ context: DatasetContext) throws -> Dataset {
    guard let configuration = argument.configuration else {
      throw UsageError(
        "--augmented needs a configuration (YAML): the first layers of its model are applied. Received: \(argument.name)"
      )
    }
    return try configuration.load(context).train
  }

  private static func augmented(
    _ samples: Dataset, _ indices: [Int], _ argument: DataArgument, epoch: Int
  ) throws -> Dataset {
    guard let training = argument.configuration?.training,
      let inputs = try AugmentedInputs(training, data: samples)
    else {
      throw UsageError(
        "--augmented: \(argument.name) has no fit.batch_augmentation, and its model does not start with an augmentation layer (random_flip, "
          + "random_crop and the like, or gaussian_noise): training sees the samples as they are.")
    }
    return try inputs.samples(indices, epoch: epoch - 1)
  }

  private static func text(_ samples: Dataset, _ index: Int) throws -> String {
    guard samples.isDrawable else { return "input: \(ShownTargets.list(try samples.input(index)))" }
    return "\(try HalfBlockDrawing(samples, index: index, colors: Terminal(.output)?.hasColors ?? false))"
  }
}
