import Configuration
import Tensors

/// CIFAR-100, from its binary archive: 50,000 training and 10,000 test color images in 100 classes of 20 kinds, 32x32.
///
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009).
public struct CIFAR100Source: PublishedSource, Equatable {
  public static let name = "cifar100"
  public static let summary = "50,000 + 10,000 color images in 100 classes, 32x32 (downloaded if missing)"
  public static let optionKeys = ["directory", "labels"]

  /// Which of the two labels of an image is its class.
  public enum Labels: String, CaseIterable, Sendable {
    /// One of 100 classes.
    case fine
    /// One of 20 kinds of 5 classes each.
    case coarse
  }

  public var directory: String?
  /// The label of an image.
  public var labels: Labels

  /// Creates a source that reads from a directory, or from the default locations if nil.
  public init(directory: String? = nil, labels: Labels = .fine) {
    self.directory = directory
    self.labels = labels
  }

  public init(options: ConfigurationReader) throws {
    directory = try options.optionalFilePath("directory")
    let names = Labels.allCases.map(\.rawValue)
    labels = Labels(rawValue: try options.name("labels", kind: "label", among: names, default: "fine")) ?? .fine
  }

  public var options: [ConfigurationEntry] {
    let place = directory.map { [ConfigurationEntry("directory", ConfigurationNode(.string($0)))] } ?? []
    return place + [ConfigurationEntry("labels", ConfigurationNode(.string(labels.rawValue)))]
  }

  public var published: PublishedSet {
    PublishedSet(
      PublishedCIFAR(
        archive: Self.archive,
        mirrors: [
          "https://www.cs.toronto.edu/~kriz/",
          "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/",
        ],
        directoryNames: ["cifar100", "cifar-100", "CIFAR100"],
        pickledNames: [
          "cifar-100-python", "cifar-100-python.tar.gz", "cifar-100-python-target", "meta",
        ],
        labelIndex: labels == .coarse ? 0 : 1,
        classNames: labels == .coarse ? Self.coarseNames : Self.fineNames))
  }

  /// The SHA-256 of the archive is that of TensorFlow Datasets (`url_checksums/cifar100.txt`); its files have no
  /// published checksums. The digests of the images were computed from a lossless copy as PNG files
  /// (cyizhuo/CIFAR-100-dataset on GitHub), whose order is not the published one. The means and standard deviations of
  /// its channels are those that others state for both splits, to 14 digits and more. It has fine labels only; the
  /// coarse ones are those of the published table of classes.
  static let archive = CIFARArchive(
    dataset: name, fileName: "cifar-100-binary.tar.gz", directory: "cifar-100-binary",
    layout: CIFARLayout(
      files: [
        CIFARLayout.File(name: "train.bin", split: .train, records: 50_000),
        CIFARLayout.File(name: "test.bin", split: .test, records: 10_000),
      ],
      classCounts: [20, 100], labelNames: ["coarse label", "fine label"],
      digests: (
        train: "7077d87fc363f92dbf1245f13ba80561d7b33a96c79ad57168d49dc172aaa92b",
        test: "96adb3db8da7632dbb350559a17b9f585fab5b17675de5fc8f6761384196b294"
      )),
    sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")

  /// The names in the archive's `coarse_label_names.txt`.
  static let coarseNames = [
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables", "household_electrical_devices",
    "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes", "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates",
    "people", "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
  ]

  /// The names in the archive's `fine_label_names.txt`.
  static let fineNames = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
    man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
    pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
    tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """.split { $0.isWhitespace }.map(String.init)
}
