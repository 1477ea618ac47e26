import Martlet

/// A network of `make_graphs.py`.
struct GraphNetwork {
  let name: String
  let model: Model
  let optimizer: any Optimizer

  static let all = [
    GraphNetwork(
      name: "normalized", model: normalized(), optimizer: Adam(learningRate: 5e-5, epsilon: 1e-3)),
    GraphNetwork(
      name: "residual", model: residual(ReLU()),
      optimizer: SGD(learningRate: 1e-4, momentum: 0.9, updateOptions: UpdateOptions(weightDecay: 0.3))),
    GraphNetwork(
      name: "residual_tanh", model: residual(Activation(.tanh)),
      optimizer: SGD(learningRate: 2e-3, momentum: 0.9, updateOptions: UpdateOptions(weightDecay: 0.01))),
    GraphNetwork(
      name: "frozen", model: frozen(),
      optimizer: SGD(
        learningRate: 5e-3, momentum: 0.9, updateOptions: UpdateOptions(weightDecay: 0.01, clipping: .globalNorm(0.5)))
    ),
    GraphNetwork(name: "joined", model: joined(), optimizer: Adam(learningRate: 1e-3)),
  ]

  /// Layers with numbered names: conv1, conv2, norm1…
  private struct Builder {
    var model = Model()
    private var counts: [String: Int] = [:]

    private mutating func name(_ stem: String) -> String {
      counts[stem, default: 0] += 1
      return "\(stem)\(counts[stem, default: 0])"
    }

    mutating func conv(
      _ input: Model.Source, _ filters: Int, _ size: Int, strides: Int = 1, activation: ActivationFunction = .linear,
      useBias: Bool = false, isTrainable: Bool = true
    ) -> Model.Source {
      let layer = Conv2D(
        filters: filters, kernelSize: [size, size], strides: [strides, strides], padding: .same,
        activation: activation, useBias: useBias)
      return model.append(layer, name: name("conv"), inputs: [input], isTrainable: isTrainable)
    }

    mutating func norm(_ input: Model.Source, isTrainable: Bool = true) -> Model.Source {
      model.append(BatchNormalization(), name: name("norm"), inputs: [input], isTrainable: isTrainable)
    }

    mutating func apply(_ layer: any Layer, _ input: Model.Source) -> Model.Source {
      model.append(layer, inputs: [input])
    }

    mutating func head(_ input: Model.Source, _ last: any Layer) -> Model {
      model.append(last, inputs: [input])
      model.append(Dense(units: 10, activation: .softmax), name: "head")
      return model
    }
  }

  private static func normalized() -> Model {
    var build = Builder()
    var x = Model.Source.input
    for (filters, strides) in [(8, 1), (12, 2), (16, 2)] {
      let convolved = build.conv(x, filters, 3, strides: strides)
      let normalized = build.norm(convolved)
      x = build.apply(ReLU(), normalized)
    }
    return build.head(x, GlobalAveragePooling2D())
  }

  private static func residual(_ activation: any Layer) -> Model {
    var build = Builder()
    let stem = build.conv(.input, 8, 3)
    let normalized = build.norm(stem)
    var x = build.apply(activation, normalized)
    for (filters, strides) in [(8, 1), (12, 2), (16, 2)] {
      var shortcut = x
      if strides > 1 {
        let projection = build.conv(x, filters, 1, strides: strides)
        shortcut = build.norm(projection)
      }
      let first = build.conv(x, filters, 3, strides: strides)
      let middle = build.norm(first)
      let between = build.apply(activation, middle)
      let second = build.conv(between, filters, 3)
      let body = build.norm(second)
      let sum = build.model.append(Add(), inputs: [body, shortcut])
      x = build.apply(activation, sum)
    }
    return build.head(x, GlobalAveragePooling2D())
  }

  private static func frozen() -> Model {
    var build = Builder()
    func tanh(_ input: Model.Source) -> Model.Source { build.apply(Activation(.tanh), input) }
    let stem = build.conv(.input, 6, 3, isTrainable: false)
    let still = tanh(build.norm(stem, isTrainable: false))
    let first = build.conv(still, 8, 3, strides: 2)
    let moving = tanh(build.norm(first))
    let second = build.conv(moving, 8, 3)
    let middle = tanh(build.norm(second, isTrainable: false))
    let third = build.conv(middle, 12, 3, useBias: true, isTrainable: false)
    let pooled = build.apply(AveragePooling2D(), third)
    let fourth = build.conv(pooled, 12, 1)
    return build.head(tanh(build.norm(fourth)), GlobalAveragePooling2D())
  }

  private static func joined() -> Model {
    var build = Builder()
    var x = Model.Source.input
    for filters in [4, 6] {
      let branches = [1, 3, 5].map { build.conv(x, filters, $0, activation: .tanh, useBias: true) }
      build.model.append(Concatenate(), inputs: branches)
      x = build.model.append(AveragePooling2D())
    }
    return build.head(x, Flatten())
  }
}
