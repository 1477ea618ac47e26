import Configuration
import Tensors

/// CIFAR-10, from its binary archive: 50,000 training and 10,000 test color images in 10 classes, 32x32.
///
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009).
public struct CIFAR10Source: PublishedSource, Equatable {
  public static let name = "cifar10"
  public static let summary = "50,000 + 10,000 color images in 10 classes, 32x32 (downloaded if missing)"
  public static let optionKeys = ["directory"]

  public var directory: String?

  /// Creates a source that reads from a directory, or from the default locations if nil.
  public init(directory: String? = nil) { self.directory = directory }

  public init(options: ConfigurationReader) throws { directory = try options.optionalFilePath("directory") }

  public var published: PublishedSet { Self.published }

  /// The SHA-256 of the archive is that of TensorFlow Datasets (`url_checksums/cifar10.txt`); its files have no
  /// published checksums. The digests of the images were computed from a lossless copy as PNG files
  /// (cyizhuo/CIFAR-10-dataset on GitHub), whose order is not the published one. The means and standard deviations of
  /// its channels are those that others state for both splits, to 14 digits and more, and the 1,020 records at the
  /// start of the published files are among its own.
  static let archive = CIFARArchive(
    dataset: name, fileName: "cifar-10-binary.tar.gz", directory: "cifar-10-batches-bin",
    layout: CIFARLayout(
      files: (1...5).map { CIFARLayout.File(name: "data_batch_\($0).bin", split: .train, records: 10_000) }
        + [CIFARLayout.File(name: "test_batch.bin", split: .test, records: 10_000)],
      classCounts: [10], labelNames: ["label"],
      digests: (
        train: "55a61f79a40ece2ceda9fb5f9f7078f6ea2fc4952489cef56682bcf92cfcc260",
        test: "325704b01eb92e1e2a6215ae6a916bb7db7de054af0c496be1c7be2e0fcfbf5f"
      )),
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")

  private static let published = PublishedSet(
    PublishedCIFAR(
      archive: archive,
      mirrors: [
        "https://www.cs.toronto.edu/~kriz/",
        "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/",
      ],
      directoryNames: ["cifar10", "cifar-10", "CIFAR10"],
      pickledNames: [
        "cifar-10-batches-py", "cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz", "cifar-10-batches-py-target",
        "data_batch_1",
      ],
      labelIndex: 0,
      classNames: [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
      ]))
}
