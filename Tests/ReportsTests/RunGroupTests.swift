import Testing

@testable import Reports

@Suite("Runs compared")
struct RunGroupTests {
  @Test("have the mean and the sample standard deviation of NumPy (ddof=1)")
  func statistics() {
    let several = RunGroup.statistics([0.9, 0.95, 0.91])
    #expect(abs(several.mean - 0.92) < 1e-12 && abs(several.deviation - 0.026457513110645932) < 1e-12)
    #expect(several.count == 3)
    let one = RunGroup.statistics([0.5])
    #expect(one.mean == 0.5 && one.deviation.isNaN && one.count == 1)
  }

  @Test("differ in what makes them other runs", arguments: ["name", "checkpoints.directory", "checkpoints.keep_last"])
  func incidental(path: String) {
    #expect(RunGroup.isIncidental(path))
    #expect(!RunGroup.isIncidental("fit.seed") && !RunGroup.isIncidental("model.0.conv2d.filters"))
  }
}
