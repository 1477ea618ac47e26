import Configuration
import Tensors

/// MNIST, from its four IDX files or Keras' `mnist.npz`: 60,000 training and 10,000 test images of handwritten digits, 28x28.
///
/// Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
/// Proceedings of the IEEE 86 (1998).
public struct MNISTSource: PublishedSource, Equatable {
  public static let name = "mnist"
  public static let summary = "60,000 + 10,000 handwritten digits, 28x28 (downloaded if missing)"
  public static let optionKeys = ["directory"]

  public var directory: String?

  /// Creates a source that reads from a directory, or from the default locations if nil.
  public init(directory: String? = nil) { self.directory = directory }

  public init(options: ConfigurationReader) throws { directory = try options.optionalFilePath("directory") }

  private static let subdirectories = ["", "/mnist", "/raw", "/MNIST/raw"]

  static let files = [
    PublishedFile(
      name: "train-images-idx3-ubyte", size: 47_040_016,
      sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", subdirectories: subdirectories),
    PublishedFile(
      name: "train-labels-idx1-ubyte", size: 60_008,
      sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", subdirectories: subdirectories),
    PublishedFile(
      name: "t10k-images-idx3-ubyte", size: 7_840_016,
      sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", subdirectories: subdirectories),
    PublishedFile(
      name: "t10k-labels-idx1-ubyte", size: 10_008,
      sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", subdirectories: subdirectories),
  ]

  public var published: PublishedSet { Self.published }

  private static let published = PublishedSet(
    PublishedIDX(
      name: name, files: files,
      fingerprints: (
        train: "23ba8891bbc676b3a5ac886911981f194a33370f86a2af7c307ae87635b5f258",
        test: "8dc6d71daebc6f811b96cb4b0f4d20ac1615a46527c6d3b2b8ce5b4b175375bd"
      ),
      mirrors: [
        "https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/",
      ], directoryNames: ["mnist", "MNIST"], kerasArchive: "mnist.npz", classNames: nil))
}
