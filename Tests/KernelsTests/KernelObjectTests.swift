import Foundation
import TestSupport
import Testing

/// What the compiler makes of the kernels. Each module is compiled for another processor, so none may bring code that the
/// linker could take for the whole program.
@Suite("The object files of the kernels")
struct KernelObjectTests {
  /// This build, and the release build if there is one.
  static let builds = [BuildDirectory.path] + (BuildDirectory.release.map { [$0] } ?? [])

  private func symbols(_ build: String, _ module: String) throws -> [ObjectFile.Symbol] {
    let directory = "\(build)/\(module).build"
    let objects = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".o") }
    return try objects.flatMap { try ObjectFile(path: "\(directory)/\($0)").symbols }
  }

  @Test("there are some")
  func areRead() throws {
    for build in Self.builds {
      let symbols = try symbols(build, "KernelsV4")
      #expect(symbols.contains { $0.name.contains("denseForward") && $0.isCode && !$0.isUndefined && !$0.isWeak })
      #expect(symbols.contains { $0.name == "__swift_reflection_version" && $0.isWeak && !$0.isCode })
      #expect(symbols.contains { $0.name.hasSuffix("memset") && $0.isUndefined })
    }
  }

  @Test(
    "have no code that another module could take: a generic of the standard library, or a helper of the compiler",
    arguments: builds, ["KernelsBaseline", "KernelsV3", "KernelsV4"])
  func weakSymbols(build: String, module: String) throws {
    let shared = try symbols(build, module).filter {
      $0.isWeak && $0.isCode && !$0.isUndefined && !$0.name.hasPrefix("$s\(module.count)\(module)")
    }
    // Debug builds are made with -enable-testing, which keeps what nobody calls: metadata of internal types, their helpers,
    // generics that are not specialized. There only specializations count.
    let names = Set(shared.map(\.name)).filter { build.hasSuffix("release") || $0.contains(#/T[gG]q?\d/#) }
    #expect(names.isEmpty)
  }

  @Test(
    "call no function for what is an instruction, and allocate nothing",
    arguments: builds, ["KernelsBaseline", "KernelsV3", "KernelsV4"])
  func calls(build: String, module: String) throws {
    let mathematics = #/(fma|sqrt|exp2?|log2?|pow|tanh|floor|ceil|trunc|round|rint|nearbyint|fmin|fmax)f?/#
    let allocation = #/[cm]alloc|realloc|swift_(allocObject|allocBox|slowAlloc)/#
    let called = try symbols(build, module).filter(\.isUndefined).map(\.name)
    let forbidden = called.filter { $0.wholeMatch(of: mathematics) != nil || $0.wholeMatch(of: allocation) != nil }
    #expect(Set(forbidden).isEmpty)
  }
}
