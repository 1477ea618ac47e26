import ArgumentParser
import DurableFiles
import Martlet

extension ExportFormat: ExpressibleByArgument {}
extension ExportLayout: ExpressibleByArgument {}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Export a trained model for other programs.",
    discussion: """
      The suffix of OUTPUT selects the format: .keras (Keras 3, with optimizer state), .h5 (Keras 2, likewise), \
      .weights.h5 (Keras 3, weights and optimizer), .npz (NumPy), .safetensors, .onnx.
      """)

  @Argument(
    help: """
      A run's directory (its best checkpoint, or else its latest), a checkpoint (*.weights.h5), or a Keras model \
      (.keras, .h5).
      """, completion: .file())
  var checkpoint: String

  @Argument(help: "The file to write.", completion: .file())
  var output: String

  @Option(help: "Format, overriding the suffix: \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: ExportFormat?

  @Option(help: "keras, or torch: names and axis order of an nn.Sequential's state_dict (.safetensors and .npz).")
  var layout: ExportLayout = .keras

  @Flag(help: "The exported model accepts raw pixels, 0 to 255, and scales them itself (.onnx, .keras, .h5).")
  var withScaling = false

  @Flag(help: "Replace an existing file.")
  var overwrite = false

  @OptionGroup var dataset: DatasetOptions

  func run() throws {
    let format = try resolvedFormat()
    guard overwrite || !AtomicFile.exists(output) else {
      throw UsageError("\(output) already exists. Replace it with --overwrite, or choose another name.")
    }
    try OutputPath.check(output)
    let saved = try dataset.opening(for: .exporting, needsScale: false).open(try RunPath.checkpoint(checkpoint))
    guard !withScaling || saved.isScaleKnown else {
      throw UsageError(
        "--with-scaling: \(checkpoint) does not state the scale of its pixels. Set it with --scale (--scale 255).")
    }
    try AtomicFile.write(
      saved.model.exported(format, layout: layout, path: output, withScaling: withScaling), to: output)
    for remark in saved.model.exportRemarks(format) { Console.error.write("martlet: note: \(output): \(remark)\n") }
    if layout == .torch {
      Console.output.write("\(try saved.model.torchModules(path: output))\n")
    }
  }

  private func resolvedFormat() throws -> ExportFormat {
    guard let format = format ?? ExportFormat(path: output) else {
      let suffixes = ExportFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
      throw UsageError("\(output): the name must end in one of \(suffixes), or --format must name the format.")
    }
    guard layout == .keras || format == .safetensors || format == .npz else {
      throw UsageError("--layout torch is for .safetensors and .npz; \(format.rawValue) has its own layout.")
    }
    guard !withScaling || format.canScalePixels else {
      throw UsageError("--with-scaling is for .onnx, .keras and .h5; \(format.rawValue) contains only weights.")
    }
    return format
  }
}
