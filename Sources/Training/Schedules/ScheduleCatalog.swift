import Configuration

/// Every form of a schedule. Register a new one here, on a line of its own.
///
/// The tests compare every form that Keras has with Keras: its cases are lines in `Tests/KerasGolden/Scripts`.
private let scheduleCatalog = Catalog<any ScheduleForm.Type>(
  kind: "schedule", names: { [$0.name] },
  [
    ConstantRate.self,
    StepDecay.self,
    ExponentialDecay.self,
    CosineDecay.self,
    CosineDecayRestarts.self,
    InverseTimeDecay.self,
    PolynomialDecay.self,
    PiecewiseConstantDecay.self,
    OneCycle.self,
  ])

extension Catalog where Entry == any ScheduleForm.Type {
  /// Every form of a schedule that a configuration can name.
  public static var schedules: Catalog { scheduleCatalog }
}
