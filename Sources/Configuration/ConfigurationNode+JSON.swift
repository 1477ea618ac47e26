extension ConfigurationNode {
  /// The value as JSON (RFC 8259) on one line, with entries in order.
  package var json: String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    // JSON has no NaN or infinity.
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quoted(value)
    case .sequence(let elements): "[\(elements.map(\.json).joined(separator: ", "))]"
    case .mapping(let entries):
      "{\(entries.map { "\(Self.quoted($0.key)): \($0.node.json)" }.joined(separator: ", "))}"
    }
  }

  private static func quoted(_ text: String) -> String { "\"\(text.jsonEscaped)\"" }
}

extension String {
  /// The content of a JSON string, with control characters escaped.
  var jsonEscaped: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\": escaped += "\\\(scalar)"
      case "\n": escaped += "\\n"
      case "\t": escaped += "\\t"
      case _ where scalar.properties.generalCategory == .control:
        let digits = String(scalar.value, radix: 16)
        escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
