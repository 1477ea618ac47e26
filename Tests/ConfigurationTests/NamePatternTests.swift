import Configuration
import Testing

@Suite("Patterns of names")
struct NamePatternTests {
  @Test(
    "match whole names",
    arguments: [
      ("dense", ["dense"], ["dense_1", "a dense", ""]), ("dense*", ["dense", "dense_1"], ["a dense"]),
      ("*", ["", "anything"], []), ("block1_*_bn", ["block1_conv_bn", "block1__bn", "block1_a_bn_bn"], ["block1_bn"]),
      ("conv2d_?", ["conv2d_1"], ["conv2d_", "conv2d_12"]), ("*a*b*", ["ab", "xaxbx", "aab"], ["ba", "a"]),
      ("dense/*", ["dense/kernel"], ["dense"]), ("", [""], ["x"]), ("?é", ["xé"], ["é"]),
    ] as [(String, [String], [String])])
  func matches(pattern: String, matching: [String], others: [String]) {
    for name in matching { #expect(NamePattern(pattern).matches(name), "\(name)") }
    for name in others { #expect(!NamePattern(pattern).matches(name), "\(name)") }
  }

  @Test("take no exponential time")
  func time() {
    let pattern = NamePattern(String(repeating: "a*", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5000)))
  }
}
