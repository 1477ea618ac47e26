import Randomness

extension Network {
  /// Fills `buffer` with the parameters that `seed` gives.
  ///
  /// Parameter n draws from a stream of its own, in Keras' order, so that the numbers do not depend on how the kernels
  /// want them to lie.
  public func initializeParameters(_ buffer: FloatBuffer, seed: UInt64) {
    for (index, parameter) in parameters.enumerated() {
      let specification = parameter.specification
      var random = RandomStream(seed: seed, purpose: .initialWeights, sample: index)
      let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: specification.shape.count)
      defer { values.deallocate() }
      values.initialize(repeating: 0)
      specification.initializer.fill(values, shape: specification.shape, random: &random)
      if let start = values.baseAddress { specification.layout.store(start, to: buffer.start + parameter.offset) }
    }
  }

  /// A copy of one parameter (or of its gradient, or of an optimizer's slot) in Keras' order.
  ///
  /// - Parameter start: the first float of the flat buffer.
  public func kerasValues(of parameter: Parameter, in start: UnsafePointer<Float>) -> [Float] {
    let count = parameter.specification.shape.count
    return [Float](unsafeUninitializedCapacity: count) { values, initializedCount in
      guard let destination = values.baseAddress else { return }
      parameter.specification.layout.load(start + parameter.offset, to: destination)
      initializedCount = count
    }
  }

  /// Puts values in Keras' order to their place in a flat buffer.
  public func store(_ values: [Float], of parameter: Parameter, in start: UnsafeMutablePointer<Float>) {
    let shape = parameter.specification.shape
    precondition(values.count == shape.count, "\(parameter.path) has the shape \(shape), got \(values.count) values")
    values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      parameter.specification.layout.store(source, to: start + parameter.offset)
    }
  }
}
