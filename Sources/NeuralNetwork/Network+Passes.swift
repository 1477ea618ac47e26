extension Network {
  /// Computes `workspace.output` from `workspace.input`, for the samples of `workspace.shards`.
  ///
  /// - Parameter parameters: the flat buffer of all parameters.
  public func forward(_ workspace: NetworkWorkspace, parameters: UnsafePointer<Float>) {
    for index in steps.indices { forward(step: index, workspace, parameters: parameters) }
  }

  /// One computation of `forward`.
  public func forward(step index: Int, _ workspace: NetworkWorkspace, parameters: UnsafePointer<Float>) {
    let step = steps[index]
    step.computation.forward(workspace.frame(ofStep: index, parameters: parameters + step.parameterOffset))
  }

  /// Computes the gradients of all parameters from `workspace.outputGradient`, right after `forward` of the same
  /// samples.
  ///
  /// - Parameter gradients: overwritten with the sums over the samples of each shard, summed in the order of
  ///   `ShardTree`; laid out as `parameters`.
  public func backward(
    _ workspace: NetworkWorkspace, parameters: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    for index in steps.indices.reversed() {
      backward(step: index, workspace, parameters: parameters, gradients: gradients)
    }
  }

  /// One computation of `backward`.
  public func backward(
    step index: Int, _ workspace: NetworkWorkspace, parameters: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    let step = steps[index]
    step.computation.backward(
      workspace.frame(ofStep: index, parameters: parameters + step.parameterOffset),
      outputGradient: workspace.gradient(ofStep: index),
      inputGradient: index > 0 ? workspace.gradient(ofStep: index - 1) : nil,
      parameterGradients: gradients + step.parameterOffset)
  }
}
