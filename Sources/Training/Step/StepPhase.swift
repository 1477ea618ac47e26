/// A part of a step: tasks that workers share out among themselves. All of them are done before the next phase begins.
protocol StepPhase: Sendable {
  /// The tasks of the phase, 1 or more.
  func taskCount(_ step: CurrentStep) -> Int
  func run(task: Int, worker: Int, _ step: CurrentStep)
  /// Completes the phase, after its last task and while no other runs.
  ///
  /// - Returns: whether the step continues; if not, it leaves no trace in any variable.
  func finish(_ step: CurrentStep) -> Bool
}
