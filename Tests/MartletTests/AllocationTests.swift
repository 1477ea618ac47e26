import Glibc
import TestSupport
import Testing

@Suite("A training step")
struct AllocationTests {
  /// Sanitizers have their own allocators.
  static let hasSanitizer = ["__tsan_init", "__asan_init"].contains { (name: String) in dlsym(nil, name) != nil }

  private func count(_ config: String, workers: Int, _ arguments: [String] = []) throws -> Finished {
    try Shell.run(
      "\(BuildDirectory.path)/AllocationCounter", ["\(Shell.root)/\(config).yml", "\(workers)"] + arguments)
  }

  @Test(
    "allocates nothing", .disabled(if: hasSanitizer),
    arguments: [
      "configs/mnist-cnn", "configs/mnist-convnet", "configs/mnist-mlp", "Tests/AllocationCounter/residual",
      "Tests/AllocationCounter/branches", "Tests/AllocationCounter/centered", "Tests/AllocationCounter/functions",
      "Tests/AllocationCounter/everything",
      "Tests/AllocationCounter/convolutions", "Tests/AllocationCounter/augmented",
    ], [1, 2, 16])
  func nothing(config: String, workers: Int) throws {
    let finished = try count(config, workers: workers)
    #expect(finished.status == 0)
    #expect(finished.output == "100 steps, 0 allocations\n", "\(finished.error)")
  }

  @Test("is counted when it allocates", .disabled(if: hasSanitizer))
  func something() throws {
    let finished = try count("configs/mnist-cnn", workers: 2, ["--allocating"])
    let allocations = try #require(finished.output.wholeMatch(of: #/100 steps, (\d+) allocations\n/#)?.1)
    // Each of a step's 200 samples allocates; those after the last reading in a group of steps are not counted.
    #expect(try #require(Int(allocations)) >= 700)
  }
}
