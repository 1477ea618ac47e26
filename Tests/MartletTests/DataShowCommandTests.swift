import DurableFiles
import Martlet
import TestSupport
import Testing

@Suite("martlet data show")
struct DataShowCommandTests {
  /// The width and height of a PNG file.
  private func size(_ path: String) throws -> (width: Int, height: Int) {
    let header = try #require(AtomicFile.start(of: path, count: 24))
    func number(_ offset: Int) -> Int { header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }

  private static let sheet = ["data", "show", "mine.npz", "--output", "x.png"]

  static let sheets: [(arguments: [String], width: Int, height: Int, output: String)] = [
    (["--index", "4"], 12, 16, "labels:\n1\n"),
    (["--index", "4", "--zoom", "3"], 36, 48, "labels:\n1\n"),
    (["--index", "2", "--index", "7-9"], 25, 33, "labels:\n2 1\n2 0\n"),
    (["--class", "2", "--count", "3"], 25, 33, "labels:\n2 2\n2\n"),
    (["--class", "2", "--index", "0-9", "--zoom", "2"], 49, 65, "labels:\n2 2\n2\n"),
    (["--test", "--count", "2"], 25, 16, "labels:\n0 1\n"),
  ]

  @Test("chooses samples by index, range and class, and enlarges them", arguments: sheets.indices)
  func pictures(index: Int) throws {
    let (arguments, width, height, output) = Self.sheets[index]
    let directory = try TemporaryDirectory()
    try OwnData.grayImages.write(to: directory)
    let finished = try Shell.martlet(Self.sheet + arguments, in: directory.path)
    #expect((finished.status, finished.error, finished.output) == (0, "", output))
    #expect(try size("\(directory.path)/x.png") == (width, height))
  }

  @Test("draws several samples in the terminal, one after the other")
  func several() throws {
    let directory = try TemporaryDirectory()
    try OwnData.vectors.write(to: directory)
    let shown = try Shell.martlet(["data", "show", "mine.npz", "--index", "3-4"], in: directory.path)
    #expect(shown.output.contains(#/^sample 3\ninput: \S+ \S+ \S+ \S+\nlabel: 0\nsample 4\ninput: /#))
  }

  static let yaml = """
    name: mine
    data: {dataset: npz, file: mine.npz}
    model:
      - random_flip: {mode: horizontal}
      - random_translation: {height_factor: 0.2, width_factor: 0.2}
      - flatten
      - dense: {units: 3, activation: softmax}
    fit: {batch_size: 20}
    """

  @Test("shows what training sees, which differs from epoch to epoch")
  func augmented() throws {
    let directory = try TemporaryDirectory()
    try OwnData.colorImages.write(to: directory)
    let config = try directory.write(Self.yaml, to: "run.yml")
    func picture(_ arguments: [String]) throws -> [UInt8] {
      let finished = try Shell.martlet(
        ["data", "show", config, "--count", "9", "--output", "x.png"] + arguments, in: directory.path)
      #expect((finished.status, finished.error) == (0, ""))
      #expect(finished.output == "labels:\n0 1 2\n0 1 2\n0 1 2\n")
      return try AtomicFile.read("\(directory.path)/x.png")
    }
    let pictures = try [[], ["--augmented"], ["--augmented", "--epoch", "2"]].map(picture)
    #expect(Set(pictures).count == 3)
    #expect(try picture(["--augmented", "--epoch", "1"]) == pictures[1])
  }

  static let mistakes: [(arguments: [String], message: String)] = [
    (
      ["mine.npz", "--augmented"],
      "--augmented needs a configuration (YAML): the first layers of its model are applied."
    ),
    (
      ["plain.yml", "--augmented"],
      "--augmented: plain.yml has no fit.batch_augmentation, and its model does not start with an"
    ),
    (["run.yml", "--augmented", "--test"], "--augmented and --test contradict each other"),
    (["run.yml", "--epoch", "2"], "--epoch needs --augmented"),
    (["mine.npz", "--zoom", "2"], "--zoom needs --output FILE.png."),
    (["mine.npz", "--zoom", "0", "--output", "x.png"], "--zoom must be at least 1 and at most 64. Received: 0"),
    (["mine.npz", "--index", "9-3"], "--index: the first index must not exceed the last one. Received: 9-3"),
    (["mine.npz", "--index", "3-60"], "--index must be at most 59, the last sample of 'npz (train)'. Received: 60"),
    (["mine.npz", "--index", "x"], "--index must be a number, or a first and a last one: 10-19. Received: x"),
    (
      ["mine.npz", "--class", "cat"],
      "--class must be a label: the classes of 'npz (train)' have no names. Received: cat"
    ),
    (["mine.npz", "--class", "7"], "--class 7: 'npz (train)' has no sample of this class from --index on."),
    (
      ["mine.npz", "--class", "1", "--index", "50", "--count", "9", "--output", "x.png"],
      "--count must be at most 3: 'npz (train)' has no more samples of class 1 from --index on. Received: 9"
    ),
    (
      ["mine.npz", "--index", "1", "--index", "2", "--count", "2", "--output", "x.png"],
      "--count needs a single --index. Received: 1, 2"
    ),
  ]

  @Test("reports errors", arguments: mistakes.indices)
  func wrong(index: Int) throws {
    let (arguments, message) = Self.mistakes[index]
    let directory = try TemporaryDirectory()
    try OwnData.colorImages.write(to: directory)
    _ = try directory.write(Self.yaml, to: "run.yml")
    _ = try directory.write(
      Self.yaml.split(separator: "\n").filter { !$0.contains("random") }.joined(separator: "\n"), to: "plain.yml")
    let finished = try Shell.martlet(["data", "show"] + arguments, in: directory.path)
    #expect(finished.status == 2 && finished.error.hasPrefix("martlet: \(message)"), "\(finished.error)")
  }

  @Test("evaluates a model on other data, by its path, with or without a test part")
  func evaluate() throws {
    let directory = try TemporaryDirectory()
    try OwnData.colorImages.write(to: directory)
    let config = try directory.write(Self.yaml, to: "run.yml")
    let trained = try Shell.martlet(["train", config, "--epochs", "1"], in: directory.path)
    #expect(trained.status == 0, "\(trained.error)")
    try OwnData.colorImages.write(to: directory, as: "other.npz", train: 9, test: nil)
    let whole = try Shell.martlet(
      ["evaluate", "checkpoints/mine", "--dataset", "other.npz", "--format", "json"], in: directory.path)
    #expect(whole.status == 0 && whole.output.hasSuffix("\"samples\": 9}\n"))
    #expect(whole.error.hasSuffix("martlet: note: 'npz (train)' has no test part: all its 9 samples are used.\n"))
    let predicted = try Shell.martlet(["predict", "checkpoints/mine", "--dataset", "other.npz"], in: directory.path)
    #expect(predicted.output.split(separator: "\n").count == 10)
    let missing = try Shell.martlet(["evaluate", "checkpoints/mine", "--dataset", "./none.npz"], in: directory.path)
    #expect(
      missing.status == 2
        && missing.error.hasSuffix(
          "none.npz: does not exist. Name a data set, a file of arrays, a folder of pictures or a configuration (YAML).\n"
        ))
  }
}
