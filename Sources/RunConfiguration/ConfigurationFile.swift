import Configuration
import DurableFiles
import Glibc

/// The text of a configuration file.
enum ConfigurationFile {
  /// - Throws: `ConfigurationError.Problem.unreadable`, naming the actual format if the file is not a configuration.
  static func text(of path: String) throws -> String {
    func unreadable(_ reason: String) -> ConfigurationError {
      ConfigurationError(.unreadable(reason: "cannot be read: \(reason)."), path: "", file: path)
    }
    guard let file = fopen(path, "r") else { throw unreadable(String(cString: strerror(errno))) }
    defer { fclose(file) }
    // One more byte than the maximum, so that the parser reports the excess.
    var bytes = [UInt8](repeating: 0, count: 2 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw unreadable(String(cString: strerror(errno))) }
    let kind = FileKind(startingWith: bytes[..<count])
    if let kind, !kind.isPlainText {
      throw unreadable("it is \(kind), not a configuration (YAML)\(kind.advice.map { "; \($0)" } ?? "")")
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw unreadable("it is not UTF-8")
    }
    // A byte order mark, which some editors write, is not part of the text.
    return text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }
}
