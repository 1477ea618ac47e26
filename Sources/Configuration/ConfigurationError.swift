/// An error in a configuration, with its place.
public struct ConfigurationError: Error, Equatable, Sendable {
  /// The kind of error, with its details.
  public enum Problem: Equatable, Sendable {
    /// The document cannot be read or is not YAML; the reason says which.
    case unreadable(reason: String)
    case missingKey(key: String)
    case duplicateKey(key: String)
    case unknownKey(key: String, known: [String])
    /// An unknown name (of a layer, an activation, a data set…).
    case unknownName(kind: String, name: String, known: [String])
    /// A wrong type or a value out of range.
    case unexpected(expected: String, received: String)
    /// Values that are valid separately but not together.
    case conflict(String)
  }

  /// The kind of error.
  public var problem: Problem
  /// The keys that lead to the value, such as `model[0].conv2d.filters`; empty for the document.
  public var path: String
  /// The path of the file, as the user wrote it; nil for values from code.
  public var file: String?
  /// The line in the file, from 1; nil if unknown.
  public var line: Int?
  /// The command-line option that set the value, as written: `--set fit.epochs=3`.
  public var option: String?

  /// Creates an error.
  public init(_ problem: Problem, path: String, line: Int? = nil, file: String? = nil, option: String? = nil) {
    self.problem = problem
    self.path = path
    self.line = line
    self.file = file
    self.option = option
  }
}

extension ConfigurationError {
  /// The path and the problem, for a document written by a program: without a suggested correction.
  public var descriptionWithoutAdvice: String {
    let text: String
    switch problem {
    case .unknownKey(let key, let known):
      text = "unknown key '\(key.quotedForMessage)'. Known keys: \(known.joined(separator: ", "))."
    case .unknownName(let kind, let name, let known):
      text = "unknown \(kind) '\(name.quotedForMessage)'. Known names: \(known.joined(separator: ", "))."
    default: text = problem.description
    }
    return path.isEmpty ? text : "\(path): \(text)"
  }
}

extension ConfigurationError: CustomStringConvertible {
  /// `FILE:LINE: KEY: what is wrong`, or `OPTION: KEY: what is wrong`.
  public var description: String {
    var place = (option ?? file).map { [$0] } ?? []
    if let line, option == nil { place.append(file == nil ? "line \(line)" : "\(line)") }
    var parts = place.isEmpty ? [] : [place.joined(separator: ":")]
    if !path.isEmpty { parts.append(path) }
    return (parts + [problem.description]).joined(separator: ": ")
  }
}

extension ConfigurationError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let reason):
      return reason
    case .missingKey(let key):
      return "the key '\(key)' is missing."
    case .duplicateKey(let key):
      return "duplicate key '\(key.quotedForMessage)'."
    case .unknownKey(let key, let known):
      return "unknown key '\(key.quotedForMessage)'. \(Self.missingSpace(in: key, known: known) ?? "")"
        + suggestion(for: key, among: known, plural: "keys")
    case .unknownName(let kind, let name, let known):
      return "unknown \(kind) '\(name.quotedForMessage)'. \(suggestion(for: name, among: known, plural: "names"))"
    case .unexpected(let expected, let received):
      return "expected \(expected). Received: \(received)"
    case .conflict(let reason):
      return reason
    }
  }

  /// The advice for `epochs:3`, which YAML reads as one word.
  ///
  /// - Returns: nil if the text does not start with a key and a colon.
  static func missingSpace(in text: String, known: [String]) -> String? {
    guard let key = known.first(where: { text.hasPrefix("\($0):") && text.count > $0.count + 1 }) else { return nil }
    return "A space is missing after '\(key):'. "
  }

  private func suggestion(for word: String, among known: [String], plural: String) -> String {
    let list = "Known \(plural): \(known.joined(separator: ", "))."
    guard let nearest = NearestWord.nearest(to: word, among: known) else { return list }
    return "Did you mean '\(nearest)'? \(list)"
  }
}
