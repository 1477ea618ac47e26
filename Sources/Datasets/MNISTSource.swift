/// MNIST, from its four IDX files.
///
/// Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
/// Proceedings of the IEEE 86 (1998).
public struct MNISTSource: Sendable, Equatable {
  /// Where the files are; nil to look in the usual places, and to fetch them if they are in none.
  public var directory: String?

  public init(directory: String? = nil) { self.directory = directory }
}
