import ElementaryFunctions
import Foundation
import Testing

/// Compared with the C library's, which are within one unit in the last place.
@Suite("Elementary functions")
struct ElementaryTests {
  /// Numbers that cover `range` evenly, with odd last bits.
  private func numbers(in range: ClosedRange<Double>, count: Int = 20_000) -> [Double] {
    (0...count).map { range.lowerBound + (range.upperBound - range.lowerBound) * (Double($0) / Double(count)) }
  }

  /// The distance of two numbers in units in the last place of the second.
  private func units(_ value: Double, from expected: Double) -> Double {
    value == expected ? 0 : (value - expected).magnitude / expected.ulp
  }

  private func largestError(_ numbers: [Double], _ ours: (Double) -> Double, _ theirs: (Double) -> Double) -> Double {
    numbers.map { units(ours($0), from: theirs($0)) }.max() ?? .nan
  }

  @Test("exp is within 2 units in the last place", arguments: [-1...1, -20...20, -700...700])
  func exponential(range: ClosedRange<Double>) {
    #expect(largestError(numbers(in: range), { Elementary.exp($0) }, Foundation.exp) <= 2)
  }

  @Test("log is within 2 units in the last place", arguments: [0.5...2, 0.99...1.01, 1e-300...1, 1...1e300])
  func logarithm(range: ClosedRange<Double>) {
    #expect(largestError(numbers(in: range).filter { $0 != 1 }, { Elementary.log($0) }, Foundation.log) <= 2)
    #expect(Elementary.log(1.0) == 0)
  }

  @Test("sin and cos are within 2⁻⁵² of 1", arguments: [-1...1, -7...7, -1_000_000...1_000_000])
  func trigonometry(range: ClosedRange<Double>) {
    for x in numbers(in: range) {
      #expect((Elementary.cos(x) - Foundation.cos(x)).magnitude <= 0x1p-52, "cos \(x)")
      #expect((Elementary.sin(x) - Foundation.sin(x)).magnitude <= 0x1p-52, "sin \(x)")
    }
  }

  @Test("Float's exp and log are the nearest Float, or the adjacent one near a tie")
  func singlePrecision() {
    for x in numbers(in: -104...88.72).map({ Float($0) }) {
      let exact = Foundation.exp(Double(x))
      #expect((Double(Elementary.exp(x)) - exact).magnitude <= Double(Float(exact).ulp) * 0.501, "exp \(x)")
    }
    for x in numbers(in: -100...88).map({ Float(Foundation.exp($0)) }) {
      #expect(Elementary.log(x) == Float(Foundation.log(Double(x))), "log \(x)")
    }
  }

  @Test("pow has whole powers of exact numbers, and others within its bound")
  func powers() {
    #expect(Elementary.pow(2, 10) == 1024)
    #expect(Elementary.pow(2, -2) == 0.25)
    #expect(Elementary.pow(0.1, 1) == 0.1)
    #expect(Elementary.pow(-3, 3) == -27)
    #expect(Elementary.pow(7, 0) == 1)
    #expect(Elementary.pow(0, 0.5) == 0)
    for x in [0.1, 0.5, 0.9, 0.96, 0.999, 1.5, 10] {
      for y in numbers(in: -60...60, count: 500) {
        let expected = Foundation.pow(x, y)
        let bound = 0x1p-52 * (2 + y.magnitude * (1 + Foundation.log(x).magnitude))
        #expect((Elementary.pow(x, y) - expected).magnitude <= bound * expected, "\(x) ^ \(y)")
      }
    }
  }

  @Test("infinities, NaN, zero and the ends of the range are the C library's")
  func extremes() {
    for x in [0, -0.0, 1, .infinity, -.infinity, 710, -746, 709.78, -745.1, -708.5, 5e-324] {
      #expect(units(Elementary.exp(x), from: Foundation.exp(x)) <= 2, "exp \(x)")
    }
    for x in [0, -0.0, .infinity, 5e-324, 2.2e-308, 1e-310, .greatestFiniteMagnitude] {
      #expect(units(Elementary.log(x), from: Foundation.log(x)) <= 2, "log \(x)")
    }
    #expect(Elementary.exp(Double.nan).isNaN && Elementary.log(Double.nan).isNaN && Elementary.log(-1.0).isNaN)
    #expect(Elementary.exp(Float.infinity) == .infinity && Elementary.exp(-Float.infinity) == 0)
    #expect(Elementary.exp(Float.nan).isNaN)
    #expect(Elementary.cos(.infinity).isNaN && Elementary.sin(0x1p21).isNaN && Elementary.cos(.nan).isNaN)
  }
}
