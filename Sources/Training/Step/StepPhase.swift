/// A phase of a step: tasks that workers share. All finish before the next phase begins.
protocol StepPhase: Sendable {
  /// What the phase does, for reports.
  var name: String { get }
  /// The number of tasks in the phase, at least 1.
  func taskCount(_ step: CurrentStep) -> Int
  func run(task: Int, worker: Int, _ step: CurrentStep)
  /// Completes the phase, after its last task and while no other task runs.
  ///
  /// - Returns: whether the step continues; if not, it changes no variable.
  func finish(_ step: CurrentStep) -> Bool
}
