import Foundation

/// A terminal that can redraw a line in place.
struct Terminal: Sendable {
  /// Whether escape sequences are used: colors, bold, erasing to the end of a line. False if `NO_COLOR` is set
  /// (https://no-color.org).
  let hasColors: Bool
  /// The current width of the window, in characters.
  let columns: @Sendable () -> Int

  init(hasColors: Bool = true, columns: @escaping @Sendable () -> Int) {
    self.hasColors = hasColors
    self.columns = columns
  }

  /// The terminal of a stream; nil if it is not a terminal, or cannot redraw (`TERM=dumb`, or not set).
  init?(_ stream: Console, environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard stream.isTerminal, !["", "dumb"].contains(environment["TERM"] ?? "") else { return nil }
    self.init(hasColors: (environment["NO_COLOR"] ?? "").isEmpty) {
      stream.columns ?? environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }
  }

  /// A piece of a line in a single style.
  struct Piece {
    enum Style: Int {
      case bold = 1
      case green = 32
      case white = 37
    }

    let text: String
    let style: Style?

    init(_ text: String, _ style: Style? = nil) {
      self.text = text
      self.style = style
    }
  }

  /// The maximum length of a line: some terminals wrap when the last column is filled.
  var lineWidth: Int { max(columns() - 1, 0) }

  /// A line that replaces the current one, truncated to the window. Every character counts as one column.
  func redrawn(_ pieces: [Piece]) -> String {
    let width = lineWidth
    var (line, left) = ("", width)
    for piece in pieces {
      let text = String(piece.text.prefix(left))
      left -= text.count
      guard let style = piece.style, hasColors else {
        line += text
        continue
      }
      line += "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
    }
    return "\r" + line + (hasColors ? "\u{1b}[K" : String(repeating: " ", count: left))
  }
}

extension Console {
  /// The width of the terminal's window, in characters; nil if unknown.
  fileprivate var columns: Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
