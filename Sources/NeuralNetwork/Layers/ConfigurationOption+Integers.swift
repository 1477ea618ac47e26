import Configuration

extension ConfigurationOption {
  /// A list of integers in a range, or one; null if it is empty.
  ///
  /// - Parameter wording: the accepted values in messages.
  static func integers(
    _ key: String, _ property: Property<[Int]>, in range: ClosedRange<Int>, wording: String, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key) { reader, owner in
      guard let node = isRequired ? try reader.required(key) : reader.node(key) else { return }
      let elements = if case .sequence(let elements) = node.value { elements } else { [node] }
      owner[keyPath: property] = try elements.map { element in
        guard case .integer(let value) = element.value, range.contains(value) else {
          throw reader.error(.unexpected(expected: wording, received: node.received), at: key)
        }
        return value
      }
    } write: { owner in
      let values = owner[keyPath: property]
      return values.isEmpty ? .null : ConfigurationNode(.sequence(values.map { ConfigurationNode(.integer($0)) }))
    }
  }
}
