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
}
