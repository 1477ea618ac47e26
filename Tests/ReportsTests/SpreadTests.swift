import Testing

@testable import Reports

@Suite("Spreads")
struct SpreadTests {
  @Test("have the mean and the sample standard deviation of NumPy (ddof=1)")
  func statistics() {
    let several = Spread(of: [0.9, 0.95, 0.91])
    #expect(abs(several.mean - 0.92) < 1e-12 && abs(several.deviation - 0.026457513110645932) < 1e-12)
    let one = Spread(of: [0.5])
    #expect(one.mean == 0.5 && one.deviation.isNaN)
  }

  @Test(
    "are shown with the decimals of the mean",
    arguments: [
      ([0.99, 0.989], "0.9895 ± 0.0007"), ([0.5], "0.5000"), ([1e-4, 3e-4], "2.0000e-04 ± 1.4142e-04"),
      ([0.25, 0.25], "0.2500 ± 0.0000"),
    ])
  func text(numbers: [Double], text: String) { #expect(Spread(of: numbers).text == text) }
}
