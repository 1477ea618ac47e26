import Configuration

/// The sizes of the four borders of an image, in pixels.
public struct ImageBorders: Equatable, Sendable {
  public var top: Int
  public var bottom: Int
  public var left: Int
  public var right: Int

  /// Creates borders of four sizes.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
  }

  /// Creates borders of one size on all sides.
  public init(_ size: Int) { self.init(top: size, bottom: size, left: size, right: size) }

  /// The pixels of both sides together.
  var height: Int { top + bottom }
  var width: Int { left + right }
}

extension ConfigurationOption {
  /// Borders: one number for all, [vertical, horizontal] or [[top, bottom], [left, right]].
  static func borders(_ key: String, _ property: Property<ImageBorders>) -> ConfigurationOption {
    ConfigurationOption(key) { reader, owner in
      guard let node = reader.node(key) else { return }
      guard let vertical = pair(node, of: 0), let horizontal = pair(node, of: 1) else {
        throw reader.error(
          .unexpected(
            expected: "a number of pixels, [vertical, horizontal] or [[top, bottom], [left, right]]",
            received: node.received), at: key)
      }
      owner[keyPath: property] = ImageBorders(
        top: vertical.0, bottom: vertical.1, left: horizontal.0, right: horizontal.1)
    } write: {
      let borders = $0[keyPath: property]
      func pair(_ first: Int, _ second: Int) -> ConfigurationNode {
        ConfigurationNode(.sequence([ConfigurationNode(.integer(first)), ConfigurationNode(.integer(second))]))
      }
      return ConfigurationNode(.sequence([pair(borders.top, borders.bottom), pair(borders.left, borders.right)]))
    }
  }

  /// The two borders of a direction: 0 for the vertical one, 1 for the horizontal one.
  private static func pair(_ node: ConfigurationNode, of direction: Int) -> (Int, Int)? {
    func size(_ node: ConfigurationNode) -> Int? {
      guard case .integer(let size) = node.value, (0...LayerLimits.size).contains(size) else { return nil }
      return size
    }
    guard case .sequence(let directions) = node.value else { return size(node).map { ($0, $0) } }
    guard directions.count == 2 else { return nil }
    guard case .sequence(let sides) = directions[direction].value else {
      return size(directions[direction]).map { ($0, $0) }
    }
    guard sides.count == 2, let first = size(sides[0]), let second = size(sides[1]) else { return nil }
    return (first, second)
  }
}
