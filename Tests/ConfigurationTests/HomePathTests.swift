import Configuration
import Testing

@Suite("Paths that start with ~")
struct HomePathTests {
  @Test(
    "are expanded to the home directory, and others are unchanged",
    arguments: [
      ("~/runs", "/home/me/runs"), ("~", "/home/me"), ("~/", "/home/me/"), ("~/~/x", "/home/me/~/x"),
      ("a/~/b", "a/~/b"),
      ("./~/x", "./~/x"), ("/~", "/~"), ("", ""),
    ])
  func expanded(path: String, expected: String) throws {
    #expect(try HomePath.expanded(path, home: "/home/me") == expected)
  }

  @Test("are refused without a home directory, or for another user's")
  func refused() {
    for home in [nil, ""] {
      #expect(throws: HomePath.Problem.noHome(path: "~/x")) { try HomePath.expanded("~/x", home: home) }
      #expect(throws: Never.self) { try HomePath.expanded("x", home: home) }
    }
    #expect {
      try HomePath.expanded("~bob/x", home: "/home/me")
    } throws: {
      "\($0)"
        == "'~bob/x': only '~/', your own home directory, is supported. Write the full path, or './~bob/x' for a "
        + "file of that name."
    }
    #expect(
      "\(HomePath.Problem.noHome(path: "~/x"))"
        == "'~/x': HOME is not set, so '~' cannot be expanded. Write the full path.")
  }
}
