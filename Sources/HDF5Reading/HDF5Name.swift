/// The name of a member of a group. HDF5 compares bytes: names that look the same, with letters encoded in different ways
/// (Unicode normalization), are those of different members.
struct HDF5Name: Hashable, Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

  static func < (left: Self, right: Self) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

extension [HDF5Name: HDF5Link] {
  /// The link with a name, or else with one that looks the same.
  func link(named text: String) -> HDF5Link? {
    if let link = self[HDF5Name(text)] { return link }
    return filter { $0.key.text == text }.min { $0.key < $1.key }?.value
  }
}
