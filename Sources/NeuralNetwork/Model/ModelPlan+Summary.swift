extension ModelPlan {
  /// The table of Keras' `summary()`: layer, output shape, parameters, and in a graph the inputs of each layer; then
  /// totals with their sizes.
  ///
  /// - Parameter optimizer: its variables are counted too; nil before training.
  public func summary(optimizer: (any Optimizer)? = nil) -> String {
    let trainable = Self.valueCount(trainableVariables)
    let state = Self.valueCount(variables) - trainable
    var lines = ["Model: \"\(model.name)\""] + (model.isChain ? chainTable : graphTable)
    // Keras counts the iteration and the learning rate as variables of the optimizer.
    let optimizerCount = optimizer.map { $0.slotNames.count * trainable + 2 } ?? 0
    lines.append(Self.total("Total params", trainable + state + optimizerCount))
    lines.append(Self.total("Trainable params", trainable))
    lines.append(Self.total("Non-trainable params", state))
    if optimizer != nil { lines.append(Self.total("Optimizer params", optimizerCount)) }
    return lines.joined(separator: "\n")
  }

  private var chainTable: [String] {
    SummaryTable.lines(
      SummaryTable.chainColumns,
      nodes.map { ["\($0.name) (\($0.className))", Self.batchShape($0.outputShape), parameterCount(of: $0)] })
  }

  private var graphTable: [String] {
    let inputName = model.inputName ?? "input_layer"
    let input = ["\(inputName) (InputLayer)", Self.batchShape(inputShape), "0", "-"]
    let rows = nodes.map { node in
      let sources = node.inputs.map { source in
        switch source {
        case .input: "\(inputName)[0][0]"
        case .node(let index): "\(nodes[index].name)[0][0]"
        }
      }
      return [
        "\(node.name) (\(node.className))", Self.batchShape(node.outputShape), parameterCount(of: node),
        sources.joined(separator: ", "),
      ]
    }
    return SummaryTable.lines(SummaryTable.graphColumns, [input] + rows)
  }

  private func parameterCount(of node: Node) -> String { Self.grouped(Self.valueCount(variables[node.variables])) }

  private static func batchShape(_ shape: Shape) -> String {
    "(None, \(shape.dimensions.map(String.init).joined(separator: ", ")))"
  }

  private static func total(_ name: String, _ count: Int) -> String {
    " \(name): \(grouped(count)) (\(size(ofFloats: count)))"
  }

  /// `145,370`.
  package static func grouped(_ count: Int) -> String {
    let digits = String(count)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `567.85 KB`, in units of 1,024 as in Keras.
  package static func size(ofFloats count: Int) -> String {
    var size = Double(count * MemoryLayout<Float>.size)
    var unit = 0
    let units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024, unit < units.count - 1 {
      size /= 1024
      unit += 1
    }
    let hundredths = Int((size * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(units[unit])"
  }
}
