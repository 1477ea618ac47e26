import Testing

@testable import Reports

@Suite("Numbers in reports")
struct NumberTextTests {
  @Test(
    "of metrics have four decimals, or an exponent",
    arguments: [
      (0.99104, "0.9910"), (0, "0.0000"), (1e-3, "1.0000e-03"), (2.5e-9, "2.5000e-09"), (123456.7, "123456.7000"),
      (3e9, "3.0000e+09"), (-0.5, "-0.5000"), (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
    ])
  func metric(value: Double, text: String) { #expect(NumberText.metric(value) == text) }

  @Test(
    "are durations and sizes",
    arguments: [
      (NumberText.duration(0.0123), "12.3 ms"), (NumberText.duration(2.44), "2.44 s"),
      (NumberText.duration(125), "2 min 05 s"), (NumberText.duration(3900), "1 h 05 min"),
      (NumberText.duration(.infinity), "–"), (NumberText.size(999), "999 bytes"),
      (NumberText.size(1_840_000), "1.8 MB"),
      (NumberText.percent(0.12345), "12.3\u{A0}%"), (NumberText.percent(.nan), "–"),
    ])
  func units(text: String, expected: String) { #expect(text == expected) }

  @Test("of ticks are round, distinct, and within the axis")
  func ticks() {
    for (values, expected) in [
      ([0.71, 0.99], ["0.7", "0.8", "0.9", "1.0"]),
      ([0, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      ([0.001, 0.001], ["0.00090", "0.00095", "0.00100", "0.00105", "0.00110"]),
      ([0, 25_000_000], ["0", "5e+06", "1e+07", "1.5e+07", "2e+07", "2.5e+07"]),
      ([-3, 4], ["-4", "-2", "0", "2", "4"]), ([.nan, .infinity], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ] as [([Double], [String])] {
      let axis = Axis(values)
      #expect(axis.ticks.map(axis.text) == expected)
      #expect(values.allSatisfy { !$0.isFinite || axis.range.contains($0) })
    }
    let epochs = Axis([1, 10], isWhole: true)
    #expect(epochs.ticks == [2, 4, 6, 8, 10] && epochs.range == 1...10)
    #expect(Axis([1], isWhole: true).ticks == [0, 1, 2])
    #expect(Axis([1, 3], isWhole: true).ticks == [1, 2, 3])
  }
}
