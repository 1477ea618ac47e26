import Configuration
import KerasGolden
import Testing
import Training

/// The conformance tests of every schedule in the catalog.
@Suite("Every learning rate schedule in the catalog")
struct ScheduleConformanceTests {
  static let cases = Golden.cases("schedules")

  private static func schedule(_ golden: Golden) throws -> LearningRateSchedule {
    try LearningRateSchedule(configuration: golden.node("configuration"), path: "schedule")
  }

  @Test("has cases of Keras", arguments: Catalog.schedules.all.filter { $0.className != nil }.map { $0.name })
  func hasCases(name: String) throws {
    #expect(try Self.cases.contains { type(of: try Self.schedule(Golden("schedules/\($0)")).form).name == name })
  }

  @Test("has Keras' rates", arguments: cases)
  func matchesKeras(name: String) throws {
    let golden = try Golden("schedules/\(name)")
    let schedule = try Self.schedule(golden)
    let rate = Float(try golden.number("rate"))
    let steps = try golden.integers("steps")
    for (step, expected) in zip(steps, try golden.values("rates")) {
      let found = schedule.rate(rate, step: Int(step))
      #expect(abs(found - expected) <= 2e-6 * max(rate, abs(expected)), "step \(step)")
    }
  }

  @Test("has options that round-trip", arguments: cases)
  func options(name: String) throws {
    let schedule = try Self.schedule(Golden("schedules/\(name)"))
    #expect(try LearningRateSchedule(configuration: schedule.configuration, path: "schedule") == schedule)
  }

  @Test(
    "is refused with options that do not fit together",
    arguments: [
      (
        #"{"name": "piecewise_constant", "boundaries": [5, 5], "values": [1, 2, 3]}"#,
        "schedule.boundaries: the boundaries must ascend."
      ),
      (
        #"{"name": "piecewise_constant", "boundaries": [5, 7], "values": [1, 2]}"#,
        "schedule.values: 2 boundaries need 3 values, got 2."
      ),
      (
        #"{"name": "cosine_restarts", "first_decay_steps": 5, "t_mul": 0.5}"#,
        "schedule.t_mul: expected a number of 1 or more. Received: 0.5"
      ),
      (#"{"name": "one_cycle"}"#, "schedule: the key 'total_steps' is missing."),
    ])
  func refused(json: String, message: String) throws {
    let node = try JSONDocument.parse(json)
    let error = #expect(throws: ConfigurationError.self) {
      try LearningRateSchedule(configuration: node, path: "schedule")
    }
    #expect(error.map { "\($0)" } == message)
  }

  @Test("one cycle rises to the rate, falls and stays, also after a warm-up")
  func oneCycle() {
    let schedule = LearningRateSchedule(.oneCycle(totalSteps: 100, divisor: 10, finalDivisor: 100))
    #expect(schedule.rate(1, step: 0) == 0.1 && schedule.rate(1, step: 29) == 1)
    #expect(abs(schedule.rate(1, step: 99) - 0.001) < 1e-7 && schedule.rate(1, step: 500) == schedule.rate(1, step: 99))
    let linear = LearningRateSchedule(.oneCycle(totalSteps: 11, startFraction: 6 / 11, annealing: .linear, divisor: 2))
    #expect(abs(linear.rate(1, step: 2) - 0.7) < 1e-6)
    let warm = LearningRateSchedule(.piecewiseConstant(boundaries: [3], values: [0.5, 0.25]), warmupSteps: 5)
    #expect([0, 4, 5, 8, 9].map { warm.rate(9, step: $0) } == [0.1, 0.5, 0.5, 0.5, 0.25])
  }
}
