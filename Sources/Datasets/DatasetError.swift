/// A data set that cannot be had.
public enum DatasetError: Error, Equatable {
  case noSamples(name: String)
  case tooLarge(name: String, bytes: Int)
  case countMismatch(name: String, images: Int, labels: Int)
  case splitShapes(train: ImageShape, test: ImageShape)
  /// A file that is not what it should be.
  case damaged(path: String, reason: String)
  /// A directory that lacks a file of the data set.
  case missingFile(name: String, directory: String)
  /// Neither found nor fetched; `reasons` has a line for each mirror.
  case unavailable(dataset: String, directory: String, urls: [String], reasons: [String])
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noSamples(let name):
      "'\(name)' holds no samples."
    case .tooLarge(let name, let bytes):
      "the \(bytes) bytes of '\(name)' do not fit in memory. Use fewer samples."
    case .countMismatch(let name, let images, let labels):
      "'\(name)' has \(images) images but \(labels) labels. Use files that belong together."
    case .splitShapes(let train, let test):
      "the training images are \(train), the test images \(test). Both must have the same size."
    case .damaged(let path, let reason):
      "\(path): \(reason)."
    case .missingFile(let name, let directory):
      "\(directory): has no file '\(name)' or '\(name).gz'. Put it there, or name the directory that has it."
    case .unavailable(let dataset, let directory, let urls, let reasons):
      """
      the data set '\(dataset)' is not on this machine and could not be fetched:
      \(reasons.map { "  \($0)" }.joined(separator: "\n"))
      Two ways out: put the files into \(directory) by hand (from \(urls.joined(separator: " or "))),
      or name a directory that has them with --data DIR.
      """
    }
  }
}
