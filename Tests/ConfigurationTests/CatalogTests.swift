import Configuration
import Testing

@Suite("A catalog")
struct CatalogTests {
  private protocol Bird: Sendable {
    static var names: [String] { get }
  }
  private struct Martlet: Bird { static let names = ["martlet", "merlette"] }
  private struct Swift: Bird { static let names = ["swift"] }

  private static func birds() -> Catalog<any Bird.Type> {
    Catalog(kind: "bird", names: { $0.names }, [Martlet.self])
  }

  @Test("finds an entry by each of its names, including entries registered later")
  func names() {
    let birds = Self.birds()
    #expect(birds.find("martlet") == Martlet.self && birds.find("merlette") == Martlet.self)
    #expect(birds.find("swift") == nil && !birds.isRegistered("swift"))
    birds.register(Swift.self)
    birds.register(Swift.self)
    #expect(birds.find("swift") == Swift.self && birds.isRegistered("swift") && !birds.isRegistered("martlet"))
    #expect(birds.names == ["martlet", "swift"])
  }

  @Test("reports the place and the known names for an unknown one")
  func unknown() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try Self.birds().entry(named: "martlett", path: "birds[0]", line: 3)
    }
    #expect(error?.problem == .unknownName(kind: "bird", name: "martlett", known: ["martlet"]))
    #expect(error?.path == "birds[0]" && error?.line == 3)
  }

  @Test("rejects a name that another type has")
  func taken() async {
    await #expect(processExitsWith: .failure) {
      let birds = Catalog<any Bird.Type>(kind: "bird", names: { $0.names }, [Martlet.self])
      birds.register(Impostor.self)
    }
  }
  private struct Impostor: Bird { static let names = ["merlette"] }
}
