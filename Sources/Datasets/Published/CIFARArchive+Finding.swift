import DurableFiles

extension CIFARArchive {
  /// Whether a directory has the unpacked files of the archive.
  func isUnpacked(in directory: String) -> Bool {
    layout.files.allSatisfy { AtomicFile.isFile("\(directory)/\($0.name)") }
  }
}

extension CIFAR10Source {
  /// The directory of the unpacked archive.
  public static func source(at path: String) -> CIFAR10Source? {
    archive.isUnpacked(in: path) ? CIFAR10Source(directory: path) : nil
  }
}

extension CIFAR100Source {
  /// The directory of the unpacked archive.
  public static func source(at path: String) -> CIFAR100Source? {
    archive.isUnpacked(in: path) ? CIFAR100Source(directory: path) : nil
  }
}
