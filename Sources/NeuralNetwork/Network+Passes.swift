extension Network {
  /// Computes `workspace.output` from `workspace.input`.
  ///
  /// - Parameter parameters: the flat buffer of all parameters.
  public func forward(_ workspace: NetworkWorkspace, samples: Int, parameters: UnsafePointer<Float>) {
    precondition(samples <= workspace.capacity, "\(samples) samples in a workspace for \(workspace.capacity)")
    for index in steps.indices {
      let step = steps[index]
      step.computation.forward(
        workspace.frame(ofStep: index, samples: samples, parameters: parameters + step.parameterOffset))
    }
  }

  /// Computes the gradients of all parameters from `workspace.outputGradient`, right after `forward` of the same
  /// samples.
  ///
  /// - Parameter gradients: overwritten with the sum over the samples; laid out as `parameters`.
  public func backward(
    _ workspace: NetworkWorkspace, samples: Int, parameters: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    for index in steps.indices.reversed() {
      let step = steps[index]
      step.computation.backward(
        workspace.frame(ofStep: index, samples: samples, parameters: parameters + step.parameterOffset),
        outputGradient: workspace.gradient(ofStep: index),
        inputGradient: index > 0 ? workspace.gradient(ofStep: index - 1) : nil,
        parameterGradients: gradients + step.parameterOffset)
    }
  }
}
