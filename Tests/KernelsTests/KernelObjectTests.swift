import Foundation
import TestSupport
import Testing

/// Checks of the object files of the kernels and of other computing modules. Each kernel module is compiled for another
/// processor, so none may contain code that the linker could use for the whole program.
@Suite("The object files of the kernels")
struct KernelObjectTests {
  /// The current build, and the release build if there is one.
  static let builds = [BuildDirectory.path] + (BuildDirectory.release.map { [$0] } ?? [])

  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
    .path
  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private func symbols(_ build: String, _ module: String) throws -> [ObjectFile.Symbol] {
    let directory = "\(build)/\(module).build"
    // The builds for other processors have the same sources.
    let folder = module.hasPrefix("KernelsV") ? "KernelsBaseline" : module
    let sources = Set(try FileManager.default.subpathsOfDirectory(atPath: "\(Self.sources)/\(folder)").map(Self.name))
    // Objects of removed sources stay in a build directory.
    let objects = try FileManager.default.contentsOfDirectory(atPath: directory).filter {
      $0.hasSuffix(".o") && sources.contains(String($0.dropLast(2)))
    }
    return try objects.flatMap { try ObjectFile(path: "\(directory)/\($0)").symbols }
  }

  @Test("exist")
  func areRead() throws {
    for build in Self.builds {
      let symbols = try symbols(build, "KernelsV4")
      #expect(symbols.contains { $0.name.contains("denseForward") && $0.isCode && !$0.isUndefined && !$0.isWeak })
      #expect(symbols.contains { $0.name == "__swift_reflection_version" && $0.isWeak && !$0.isCode })
      #expect(symbols.contains { $0.name.hasSuffix("memset") && $0.isUndefined })
    }
  }

  @Test(
    "contain no code that other modules could share: generics of the standard library, or compiler helpers",
    arguments: builds, ["KernelsBaseline", "KernelsV3", "KernelsV4"])
  func weakSymbols(build: String, module: String) throws {
    let shared = try symbols(build, module).filter {
      $0.isWeak && $0.isCode && !$0.isUndefined && !$0.name.hasPrefix("$s\(module.count)\(module)")
    }
    // Debug builds are made with -enable-testing, which keeps unused code: metadata of internal types, their helpers,
    // unspecialized generics. There only specializations count.
    let names = Set(shared.map(\.name)).filter { build.hasSuffix("release") || $0.contains(#/T[gG]q?\d/#) }
    #expect(names.isEmpty)
  }

  @Test(
    "call no function where there is an instruction, and allocate nothing",
    arguments: builds, ["KernelsBaseline", "KernelsV3", "KernelsV4"])
  func calls(build: String, module: String) throws {
    let mathematics = #/(fma|sqrt|exp2?|log2?|pow|tanh|floor|ceil|trunc|round|rint|nearbyint|fmin|fmax)f?/#
    let allocation = #/[cm]alloc|realloc|swift_(allocObject|allocBox|slowAlloc)/#
    let called = try symbols(build, module).filter(\.isUndefined).map(\.name)
    let forbidden = called.filter { $0.wholeMatch(of: mathematics) != nil || $0.wholeMatch(of: allocation) != nil }
    #expect(Set(forbidden).isEmpty)
  }

  /// The functions of C's <math.h>, for double and float, except those whose result IEEE 754 defines exactly: `floor`,
  /// `round`, `trunc`, ….
  private static let mathematics = Set(
    [
      "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp", "exp10",
      "exp2", "expm1", "fma", "hypot", "lgamma", "log", "log10", "log1p", "log2", "pow", "sin", "sincos", "sinh",
      "sqrt",
      "tan", "tanh", "tgamma",
    ].flatMap { [$0, $0 + "f"] })

  @Test(
    "of all computing modules call no math function of the C library: its last bits vary",
    arguments: builds,
    [
      "ElementaryFunctions", "Kernels", "KernelsBaseline", "KernelsV3", "KernelsV4", "NeuralNetwork", "Randomness",
      "Training",
    ])
  func ownMathematics(build: String, module: String) throws {
    let called = Set(try symbols(build, module).filter(\.isUndefined).map(\.name))
    #expect(!called.isEmpty)
    #expect(called.intersection(Self.mathematics).isEmpty)
  }
}
