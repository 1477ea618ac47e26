import ArgumentParser

/// A duration on the command line: `3h55m`, `90s`, `1d12h`.
struct TimeSpan: ExpressibleByArgument, Equatable {
  let seconds: Int

  var duration: Duration { .seconds(seconds) }

  private static let units: [(name: Character, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

  /// Units go from long to short, each at most once; nil for anything else, for an empty string, and for more than ten
  /// years.
  init?(argument text: String) {
    var total = 0
    var (rest, units) = (text[...], Self.units[...])
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard let count = Int(digits), let name = rest.popFirst(),
        let index = units.firstIndex(where: { $0.name == name }),
        count <= 315_360_000 / units[index].seconds
      else { return nil }
      total += count * units[index].seconds
      units = units[(index + 1)...]
    }
    guard (1...315_360_000).contains(total) else { return nil }
    seconds = total
  }

  var defaultValueDescription: String { "\(seconds)s" }
}
