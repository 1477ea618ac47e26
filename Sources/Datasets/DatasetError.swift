import DurableFiles
import Tensors

/// Why class names do not suit data.
public enum ClassNameMismatch: Equatable, Sendable {
  /// Its classes have other names.
  case others([String])
  /// It has this label.
  case tooFew(label: Int)
}

/// An error of a data set that is not available or cannot be used.
public enum DatasetError: Error, Equatable {
  case noSamples(name: String)
  case tooLarge(name: String, bytes: Int)
  /// Inputs or targets with an invalid shape.
  case unfitShape(name: String, what: String, shape: Shape)
  /// A number of values that is not a multiple of the sample size.
  case raggedValues(name: String, what: String, count: Int, shape: Shape)
  case countMismatch(name: String, inputs: Int, targets: Int)
  case weightCountMismatch(name: String, inputs: Int, weights: Int)
  /// A sample weight that is negative or not finite.
  case noWeight(name: String, sample: Int, value: String)
  /// An input or a target that is NaN or infinite.
  case nonfinite(name: String, what: String, sample: Int, value: String)
  /// A label that is negative or exceeds 32 bits.
  case noLabel(name: String, sample: Int, value: String)
  /// Training, validation and test data with different sample types.
  case unlikeParts(train: String, other: String)
  /// A validation split that leaves no samples for training or for validation.
  case emptyPart(name: String, samples: Int, fraction: Double, validation: Int)
  /// A subset with more samples than there are.
  case subsetTooLarge(name: String, samples: Int, Int)
  /// A validation split of data that has a validation part.
  case hasValidation(name: String)
  /// Targets that are no classes, for an option that needs classes.
  case noClasses(name: String, key: String)
  /// A class weight for a class that does not exist.
  case unknownClass(dataset: String, name: String, known: [String])
  /// Class names that do not suit the data.
  case classNames(dataset: String, names: [String], reason: ClassNameMismatch)
  /// A file without test data, and no validation split instead.
  case noTestData(path: String, advice: String)
  /// Data without a validation part.
  case noValidationData(name: String)
  /// Pictures that cannot be decoded, each with its message.
  case unreadableImages(name: String, count: Int, failures: [String])
  /// A cache directory that decoded samples cannot be written to.
  case cacheUnwritable(FileError)
  /// Classes of which no picture can be read.
  case unreadableClasses(name: String, classes: [String])
  /// Data that a file format cannot hold.
  case unfitFormat(name: String, format: String, reason: String, advice: String)
  /// A class that a model does not have.
  case foreignClass(dataset: String, name: String, known: [String])
  /// A path that no data set reads.
  case unknownData(path: String, reason: String)
  /// A corrupt or unexpected file.
  case damaged(path: String, reason: String)
  /// A directory without a file of the data set.
  case missingFile(name: String, directory: String)
  /// Neither found nor downloaded; `reasons` has one entry per mirror.
  case unavailable(dataset: String, directory: String, urls: [String], reasons: [String])
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noSamples(let name):
      "'\(name)' is empty."
    case .tooLarge(let name, let bytes):
      "the \(bytes) bytes of '\(name)' do not fit in memory. Use fewer samples."
    case .unfitShape(let name, let what, let shape):
      "the \(what) of '\(name)' have the shape \(shape). A sample has one to three dimensions of 1 or more: (n) for a "
        + "vector, (height, width, channels) for an image."
    case .raggedValues(let name, let what, let count, let shape):
      "the \(what) of '\(name)' are \(count) values, which is not a multiple of the sample shape \(shape), \(shape.count) "
        + "each."
    case .countMismatch(let name, let inputs, let targets):
      "'\(name)' has \(inputs) inputs but \(targets) targets (labels or values). Use files or arrays that belong together."
    case .weightCountMismatch(let name, let inputs, let weights):
      "'\(name)' has \(inputs) samples but \(weights) weights. Use files or arrays that belong together."
    case .noWeight(let name, let sample, let value):
      "the weight of sample \(sample) of '\(name)' is \(value). Weights are finite numbers of 0 or more."
    case .nonfinite(let name, let what, let sample, let value):
      "the \(what) of sample \(sample) of '\(name)' is \(value). Replace or leave out values that are not finite 32-bit numbers."
    case .noLabel(let name, let sample, let value):
      "the label of sample \(sample) of '\(name)' is \(value). Labels are classes, counted from 0."
    case .unlikeParts(let train, let other):
      "\(train), but \(other). Training, validation and test data must have samples of the same kind."
    case .emptyPart(let name, let samples, let fraction, let validation):
      "a validation split of \(fraction) uses \(validation) of the \(samples) samples of '\(name)', which leaves none for "
        + "\(validation == 0 ? "validation" : "training"). Choose another one (fit.validation_split)."
    case .subsetTooLarge(let name, let samples, let count):
      "data.subset is \(count), but '\(name)' has \(samples) samples. Use at most that many, or a fraction (0.1)."
    case .hasValidation(let name):
      "fit.validation_split: '\(name)' already has validation samples. Leave out the split, or remove its validation part."
    case .noClasses(let name, let key):
      "\(key) needs classes, but the targets of '\(name)' are not labels, one-hot rows, or 0 and 1. Leave it out."
    case .unknownClass(let dataset, let name, let known):
      "fit.class_weight: '\(dataset)' has no class '\(name)'. Its classes: \(known.prefix(20).joined(separator: ", "))"
        + "\(known.count > 20 ? ", …" : "")."
    case .classNames(let dataset, let names, .others(let own)):
      "data.class_names: the classes of '\(dataset)' have names of their own (\(ImageFolder.list(own))), not "
        + "\(ImageFolder.list(names)). Leave them out."
    case .classNames(let dataset, let names, .tooFew(let label)):
      "data.class_names: got \(names.count) names, but '\(dataset)' has the label \(label). Name all classes, in the order "
        + "of their labels."
    case .noTestData(let path, let advice):
      "\(path): has no test data. \(advice)."
    case .noValidationData(let name):
      "'\(name)' has no validation part. Reserve a part of the training data (fit.validation_split: 0.2)."
    case .unreadableImages(_, let count, let failures) where count == 1: failures[0]
    case .unreadableImages:
      "\(unreadableText)\nReplace or remove them, or leave them out (in a configuration: data.unreadable: skip)."
    case .cacheUnwritable(let error):
      "\(error) Decoded samples are kept there (data.cache: disk). Set XDG_CACHE_HOME to a directory that can be written "
        + "and has room, or choose data.cache: memory."
    case .unreadableClasses(let name, let classes):
      "\(unreadableClassesText) There is nothing to learn from: replace them, or remove "
        + "\(classes.count == 1 ? "the class" : "these classes") from '\(name)'."
    case .unfitFormat(let name, let format, let reason, let advice):
      "'\(name)' cannot be written as \(format): \(reason). \(advice)."
    case .foreignClass(let dataset, let name, let known):
      "'\(dataset)' has the class '\(name)', which the model does not have. Its classes: "
        + "\(known.prefix(20).joined(separator: ", "))\(known.count > 20 ? ", …" : "")."
    case .unknownData(let path, let reason):
      "\(path): \(reason). Name a data set, a file of arrays, a folder of pictures or a configuration (YAML)."
    case .damaged(let path, let reason):
      "\(path): \(reason)."
    case .missingFile(let name, let directory):
      "\(directory): has no file '\(name)' or '\(name).gz'. Put it there, or name the directory that has it."
    case .unavailable(let dataset, let directory, let urls, let reasons):
      """
      the data set '\(dataset)' is not on this machine and could not be downloaded:
      \(reasons.map { "  \($0)" }.joined(separator: "\n"))
      Either put the files into \(directory) by hand (from \(urls.joined(separator: " or "))),
      or name a directory that has them.
      """
    }
  }
}

extension DatasetError {
  /// The classes of `unreadableClasses`.
  var unreadableClassesText: String {
    guard case .unreadableClasses(let name, let classes) = self else { return "" }
    let names = classes.map { "'\($0)'" }.joined(separator: ", ")
    return "'\(name)': none of the pictures of the class\(classes.count == 1 ? "" : "es") \(names) can be read."
  }

  /// The files of `unreadableImages`: the first twenty.
  var unreadableText: String {
    guard case .unreadableImages(let name, let count, let failures) = self else { return "" }
    let shown = 20
    let more = failures.count > shown ? "\n  and \(failures.count - shown) more" : ""
    return "\(failures.count) of the \(count) pictures of '\(name)' cannot be read:\n"
      + failures.prefix(shown).map { "  \($0)" }.joined(separator: "\n") + more
  }
}
