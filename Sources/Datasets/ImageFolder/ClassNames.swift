/// Names of classes, to find those that people would take for each other.
struct ClassNames {
  /// Whether names that differ only in case are taken for each other: some file systems have no others.
  let ignoresCase: Bool
  /// The bytes of each name by what people see of it: strings are compared by characters, whatever their bytes.
  private var names: [String: [UInt8]] = [:]

  init(ignoresCase: Bool) { self.ignoresCase = ignoresCase }

  /// Adds a name.
  ///
  /// - Returns: nil if it is new, or was added before; else the names that are taken for each other, and how they differ:
  ///   `'Cat' and 'cat', which differ only in case`.
  mutating func insert(_ name: String) -> String? {
    let bytes = Array(name.utf8)
    guard let known = names.updateValue(bytes, forKey: ignoresCase ? name.lowercased() : name), known != bytes else {
      return nil
    }
    let other = String(decoding: known, as: UTF8.self)
    let difference =
      other == name ? "differ only in how their letters are encoded (Unicode normalization)" : "differ only in case"
    return "'\(other)' and '\(name)', which \(difference)"
  }
}
