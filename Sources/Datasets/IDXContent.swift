import DurableFiles
import SystemResources
import Tensors

/// The expected content of an IDX file.
enum IDXContent: String {
  case images
  case labels

  var dimensions: ClosedRange<Int> { self == .images ? 3...4 : 1...1 }
}
