import Configuration
import Tensors

/// Fashion-MNIST, from its four IDX files: 60,000 training and 10,000 test images of clothing in 10 classes, 28x28.
///
/// Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
/// algorithms", arXiv:1708.07747 (2017).
public struct FashionMNISTSource: PublishedSource, Equatable {
  public static let name = "fashion_mnist"
  public static let summary = "60,000 + 10,000 images of clothing, 28x28 (downloaded if missing)"
  public static let optionKeys = ["directory"]

  public var directory: String?

  /// Creates a source that reads from a directory, or from the default locations if nil.
  public init(directory: String? = nil) { self.directory = directory }

  public init(options: ConfigurationReader) throws { directory = try options.optionalFilePath("directory") }

  private static let subdirectories = ["", "/fashion_mnist", "/fashion-mnist", "/raw", "/FashionMNIST/raw"]

  static let files = [
    PublishedFile(
      name: "train-images-idx3-ubyte", size: 47_040_016,
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", subdirectories: subdirectories),
    PublishedFile(
      name: "train-labels-idx1-ubyte", size: 60_008,
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", subdirectories: subdirectories),
    PublishedFile(
      name: "t10k-images-idx3-ubyte", size: 7_840_016,
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", subdirectories: subdirectories),
    PublishedFile(
      name: "t10k-labels-idx1-ubyte", size: 10_008,
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", subdirectories: subdirectories),
  ]

  public var published: PublishedSet { Self.published }

  private static let published = PublishedSet(
    PublishedIDX(
      name: name, files: files,
      fingerprints: (
        train: "d8ca51193bd3a4d919de75373868337bb9f34e22339ee33418452ca96768458e",
        test: "23966f59ef52cc65f3e2a7cc79b48625ad4e48873bb3d00953fbfdab4c6d480f"
      ),
      mirrors: [
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      ], directoryNames: ["fashion_mnist", "fashion-mnist", "FashionMNIST"], kerasDirectory: "fashion-mnist",
      classNames: [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
      ]))
}
