import Configuration

/// A change of a variable after each step.
public protocol Constraint: Configurable {
  /// Keras' class name: `MaxNorm`.
  static var className: String { get }
  /// The name in YAML: `max_norm`.
  static var name: String { get }
  /// The axes over which a norm is taken, from 0, or from −1 backward; nil for a constraint of each value.
  var axes: [Int]? { get }

  /// The factor of the values with a norm; of a single value, without axes.
  func factor(_ norm: Float) -> Float
}

extension Constraint {
  /// Whether the axes exist in a shape.
  func accepts(_ shape: Shape) -> Bool {
    let rank = shape.dimensions.count
    return axes.map { $0.allSatisfy { $0 < rank && $0 >= -rank } } ?? true
  }
}

/// The option `axis` of a constraint: an axis, or a list of axes.
struct ConstraintAxes: Sendable {
  var axes: [Int] = [0]

  static func option<Owner>(_ property: WritableKeyPath<Owner, ConstraintAxes> & Sendable) -> ConfigurationOption<Owner>
  {
    ConfigurationOption("axis") { reader, owner in
      guard let node = reader.node("axis") else { return }
      let elements: [ConfigurationNode]
      if case .sequence(let all) = node.value { elements = all } else { elements = [node] }
      let axes = elements.compactMap { element in
        if case .integer(let axis) = element.value, (-4...3).contains(axis) { axis } else { Int?.none }
      }
      guard axes.count == elements.count, !axes.isEmpty else {
        throw reader.error(
          .unexpected(expected: "an axis of the variable, or a list of axes", received: node.received), at: "axis")
      }
      owner[keyPath: property].axes = axes
    } write: { owner in
      let axes = owner[keyPath: property].axes
      return axes.count == 1
        ? ConfigurationNode(.integer(axes[0]))
        : ConfigurationNode(.sequence(axes.map { ConfigurationNode(.integer($0)) }))
    }
  }
}
