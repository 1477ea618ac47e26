import Randomness

extension ModelPlan {
  /// The initial values of a variable, in Keras' order.
  ///
  /// Variable n has its own random stream, in Keras' order, so that its values do not depend on the memory order of the
  /// kernels.
  package func initialValues(of index: Int, seed: UInt64) -> [Float] {
    let variable = variables[index]
    var random = RandomStream(seed: seed, purpose: .initialWeights, sample: index)
    var values = [Float](repeating: 0, count: variable.shape.count)
    values.withUnsafeMutableBufferPointer {
      variable.specification.initializer.fill($0, shape: variable.shape, random: &random)
    }
    return values
  }
}

extension Program {
  /// Initializes the flat buffers of all variables from `seed`.
  package func initializeVariables(_ variables: FloatBuffer, state: FloatBuffer, seed: UInt64) {
    for (index, variable) in plan.variables.enumerated() {
      store(
        plan.initialValues(of: index, seed: seed), of: index,
        in: variable.role == .trainable ? variables.start : state.start)
    }
  }

  /// A copy of a variable, its gradient or an optimizer slot, in Keras' order.
  ///
  /// - Parameters:
  ///   - index: the index in `plan.variables`.
  ///   - start: the flat buffer of the variable's role, or one with the same layout.
  package func values(of index: Int, in start: UnsafePointer<Float>) -> [Float] {
    let (variable, layout) = (plan.variables[index], layouts[index])
    return [Float](unsafeUninitializedCapacity: variable.shape.count) { values, count in
      guard let destination = values.baseAddress else { return }
      layout.load(start + variable.offset, to: destination)
      count = variable.shape.count
    }
  }

  /// Stores values in Keras' order in a flat buffer.
  package func store(_ values: [Float], of index: Int, in start: UnsafeMutablePointer<Float>) {
    let variable = plan.variables[index]
    precondition(
      values.count == variable.shape.count,
      "\(variable.path) has the shape \(variable.shape), got \(values.count) values")
    values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      layouts[index].store(source, to: start + variable.offset)
    }
  }

  /// The place in memory of each value of a variable, in Keras' order, relative to the variable's offset.
  package func places(of index: Int) -> [Int] {
    let count = plan.variables[index].shape.count
    // In two parts, because a `Float` does not represent all integers beyond 2²⁴.
    let numbers: [[Float]] = [(0..<count).map { Float($0 & 0xFFF) }, (0..<count).map { Float($0 >> 12) }]
    let parts: [[Float]] = numbers.map { numbers in
      [Float](unsafeUninitializedCapacity: count) { values, initialized in
        numbers.withUnsafeBufferPointer { numbers in
          guard let source = numbers.baseAddress, let destination = values.baseAddress else { return }
          layouts[index].load(source, to: destination)
        }
        initialized = count
      }
    }
    return (0..<count).map { Int(parts[0][$0]) | Int(parts[1][$0]) << 12 }
  }
}
