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

  @Test(
    "that match nothing are named with the nearest name, and all names",
    arguments: [
      ("dnse", nil, "no layer matches 'dnse'. Did you mean 'dense'? The layers are conv2d, dense."),
      ("dnse/bias", "dnse", "no layer matches 'dnse/bias'. Did you mean 'dense'? The layers are conv2d, dense."),
      ("head*", nil, "no layer matches 'head*'. The layers are conv2d, dense."),
      ("\u{1b}", nil, "no layer matches '\\u001b'. The layers are conv2d, dense."),
    ] as [(String, String?, String)])
  func unmatched(pattern: String, part: String?, message: String) {
    let problem = ConfigurationError.Problem.unmatched(
      NamePattern(pattern), part: part.map { NamePattern($0) }, kind: "layer", names: ["conv2d", "dense"])
    #expect(problem.description == message)
  }

  @Test("take no exponential time")
  func time() {
    let pattern = NamePattern(String(repeating: "a*", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5000)))
  }
}
