import ArgumentParser
import DurableFiles
import Martlet

/// The data that an argument names: a data set, a run configuration, or the path of data.
struct DataArgument {
  static let help: ArgumentHelp = """
    Data set, as listed by 'martlet data list'; a configuration (YAML) whose data it is; or the path of data: a file of \
    arrays, or a directory.
    """

  /// The argument.
  let name: String
  let source: any DatasetSource
  /// The configuration that it names, with the source's directory replaced; nil if it names something else.
  let configuration: RunConfiguration?

  /// - Parameter directory: of the files of the data set, instead of where they are by default.
  /// - Throws: `UsageError` or `ConfigurationError` if it names no data; `DatasetError` or `FileError` if the data
  ///   cannot be read.
  init(_ name: String, directory: String? = nil) throws {
    var configuration = try Self.configuration(name)
    if let configuration, configuration.source == nil {
      throw ConfigurationError(.missingKey(key: "dataset"), path: "data", file: name)
    }
    let found = try configuration?.source ?? Self.source(name)
    source = try directory.map { try found.required(inDirectory: $0) } ?? found
    configuration?.source = source
    self.name = name
    self.configuration = configuration
  }

  /// The configuration at a path; nil if the name is that of a data set, or the path is that of data.
  private static func configuration(_ name: String) throws -> RunConfiguration? {
    guard Catalog.datasets.find(name) == nil, AtomicFile.isFile(name) else { return nil }
    let isNamed = [".yml", ".yaml"].contains { name.lowercased().hasSuffix($0) }
    if !isNamed {
      let start = AtomicFile.start(of: name, count: FileKind.prefixCount) ?? []
      guard FileKind(startingWith: start)?.isPlainText ?? start.isEmpty else { return nil }
      if (try? Catalog.datasets.source(at: name)) != nil { return nil }
    }
    // Only the data matters: the names of layers may be those of a model of which its own is the end.
    return try RunConfiguration(contentsOf: name, naming: .unknown)
  }

  /// The source that a name or a path refers to. The name of a data set wins over a path, unless that set needs options.
  static func source(_ name: String) throws -> any DatasetSource {
    let type = Catalog.datasets.find(name)
    let isNamed = type.map { DataListCommand.defaultSource($0) != nil || !AtomicFile.exists(name) } ?? false
    guard type != nil || AtomicFile.exists(name) || name.contains("/") else {
      let error = Catalog.datasets.unknown(name, path: "", line: nil)
      throw UsageError("\(error) There is no file or directory of this name either.")
    }
    guard !isNamed, AtomicFile.exists(name) || name.contains("/") else { return try NamedSource.find(name) }
    return try Catalog.datasets.source(at: name)
  }

  /// The parts of the data: those of the run that a configuration describes, each sample once; or those of the source.
  ///
  /// - Throws: `DatasetError` or `FileError`.
  func parts(_ context: DatasetContext) throws -> [DatasetPart] {
    guard var samples = configuration?.training.samples, samples.validationSplit != nil || samples.subset != nil else {
      return try source.parts(context).map { DatasetPart($0.name, try $0.data.named(classNames)) }
    }
    (samples.oversamples, samples.classWeight) = (false, nil)
    return try source.load(context, samples: samples, classNames: classNames).parts
  }

  /// The names of the classes that the configuration gives.
  var classNames: [String]? { configuration?.training.classNames }

  /// The files that the source's options name, and the configuration.
  var files: [String] {
    source.files + (configuration == nil ? [] : [name])
  }
}
