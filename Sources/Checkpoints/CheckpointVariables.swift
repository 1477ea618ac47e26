import HDF5Reading
import KerasFormat
import NeuralNetwork
import Training

/// The variables in a checkpoint file, read in Keras' order and reordered to the model's.
struct CheckpointVariables {
  /// The parameters, in the order of the model.
  private(set) var parameters: [Snapshot.Variable]
  /// The optimizer's slots, each with a variable per parameter that the optimizer updates.
  private(set) var slots: [[Snapshot.Variable]]

  /// - Throws: `HDF5Error`, or `CheckpointError.malformed` if the file is inconsistent.
  init(_ root: HDF5Group, path file: String) throws {
    func malformed(_ reason: String) -> CheckpointError { .malformed(path: file, reason: reason) }
    let run = try root.group(CheckpointLayout.martlet)
    let paths = CheckpointLayout.paths
    let read = try Self.parameters(root)
    let known = Set(read.map(\.path))
    guard known.count == read.count else { throw malformed("two weights have the same name") }
    let state = Set(try Self.lines(paths.state, of: run) ?? [])
    guard state.isSubset(of: known) else { throw malformed("\(paths.state) names missing variables") }
    slots = try Self.slots(
      root, run, of: read.filter { !state.contains($0.path) }, malformed: malformed)
    parameters = read
    guard let order = try Self.lines(paths.order, of: run) else { return }
    guard order.count == read.count, Set(order) == known else {
      throw malformed("\(paths.order) does not name the variables of the file")
    }
    parameters = Self.sorted(read, order)
    slots = slots.map { Self.sorted($0, order.filter { !state.contains($0) }) }
  }

  private static func sorted(_ variables: [Snapshot.Variable], _ order: [String]) -> [Snapshot.Variable] {
    let byPath = Dictionary(uniqueKeysWithValues: variables.map { ($0.path, $0) })
    return order.compactMap { byPath[$0] }
  }

  private static func parameters(_ root: HDF5Group) throws -> [Snapshot.Variable] {
    let weights = try root.group(KerasLayout.modelWeights)
    return try weights.attributes(KerasLayout.layerNames).flatMap { layer in
      let group = try weights.group(layer)
      return try group.attributes(KerasLayout.weightNames).map { name in
        let (values, dimensions): ([Float], [Int]) = try group.readExactly(name)
        let start = KerasLayout.weightName("\(layer)/", isChain: true)
        let path = name.hasPrefix(start) ? "\(layer)/\(name.dropFirst(start.count))" : name
        return Snapshot.Variable(path: path, shape: Shape(dimensions), values: values)
      }
    }
  }

  private static func slotOrder(
    _ run: HDF5Group, slots: Int, malformed: (String) -> CheckpointError
  ) throws -> SlotOrder {
    let text = run.hasAttribute(CheckpointLayout.slotOrder) ? try run.attribute(CheckpointLayout.slotOrder) : nil
    guard let order = SlotOrder(text: text, slots: slots) else {
      throw malformed("\(CheckpointLayout.slotOrder) is '\(text ?? "")'")
    }
    return order
  }

  /// The optimizer's variables: after the iteration and the learning rate, the slots of the parameters.
  private static func slots(
    _ root: HDF5Group, _ run: HDF5Group, of parameters: [Snapshot.Variable], malformed: (String) -> CheckpointError
  ) throws -> [[Snapshot.Variable]] {
    let names = try root.group("\(KerasLayout.optimizer)/\(KerasLayout.variables)").names
    var count = names.count - 2
    // Numbers after the slots are for Keras.
    while count > 0, try root.numbers(KerasLayout.optimizerVariable(slotPlace: count - 1)).dimensions.isEmpty {
      count -= 1
    }
    // All layers may be frozen.
    if parameters.isEmpty, count == 0 { return [] }
    guard !parameters.isEmpty, count >= 0, count % parameters.count == 0 else {
      throw malformed("\(names.count) optimizer variables for \(parameters.count) weights")
    }
    let slotCount = count / parameters.count
    var slots = [[Snapshot.Variable]](repeating: [], count: slotCount)
    let order = try slotOrder(run, slots: slotCount, malformed: malformed)
    for (number, place) in order.places(variables: parameters.count).enumerated() {
      let (values, dimensions): ([Float], [Int]) = try root.readExactly(
        KerasLayout.optimizerVariable(slotPlace: number))
      slots[place.slot].append(
        Snapshot.Variable(path: parameters[place.variable].path, shape: Shape(dimensions), values: values))
    }
    return slots
  }

  /// The lines of a string dataset; nil if it is missing.
  private static func lines(_ name: String, of group: HDF5Group) throws -> [String]? {
    guard try group.contains(name) else { return nil }
    return try group.readText(name).split(separator: "\n").map(String.init)
  }
}
