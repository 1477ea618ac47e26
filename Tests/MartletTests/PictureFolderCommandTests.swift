import Foundation
import Martlet
import TestSupport
import Testing

@Suite("The command with a folder of pictures")
struct PictureFolderCommandTests {
  /// Writes pictures of 9x10 pixels into folders of their classes.
  private func pictures(_ directory: TemporaryDirectory, to folder: String, _ classes: [String], _ indices: Range<Int>)
    throws
  {
    for index in indices {
      let path = "\(folder)/\(classes[index % classes.count])"
      try FileManager.default.createDirectory(atPath: "\(directory.path)/\(path)", withIntermediateDirectories: true)
      let drawn = try Shell.martlet(
        ["data", "show", "mine.npz", "--index", "\(index)", "--output", "\(path)/\(index).png"], in: directory.path)
      #expect(drawn.status == 0)
    }
  }

  @Test("is checked, configured, trained and evaluated with names of classes and files")
  func folder() throws {
    let directory = try TemporaryDirectory()
    try OwnData.colorImages.write(to: directory)
    func martlet(_ arguments: [String]) throws -> Finished { try Shell.martlet(arguments, in: directory.path) }
    try pictures(directory, to: "photos", ["cat", "dog", "owl"], 0..<15)
    #expect(try martlet(["data", "check", "photos"]).status == 0)

    let written = try martlet(["init", "photos", "--output", "run.yml"])
    #expect((written.status, written.error) == (0, ""))
    let text = try directory.text("run.yml")
    #expect(
      text.contains("\n# Classes: cat, dog, owl.\n")
        && text.contains("\ndata: {dataset: image_folder, directory: photos"))
    #expect(try martlet(["train", "run.yml", "--epochs", "1"]).status == 0)

    // The labels of the other folder are those of its own classes.
    try pictures(directory, to: "other", ["dog", "owl"], 20..<24)
    let evaluated = try martlet(["evaluate", "checkpoints/photos", "--dataset", "other", "--format", "json"])
    #expect(evaluated.status == 0 && evaluated.output.hasSuffix("\"samples\": 4}\n"), "\(evaluated.error)")
    try pictures(directory, to: "strange", ["dog", "fish"], 20..<22)
    let strange = try martlet(["evaluate", "checkpoints/photos", "--dataset", "strange"])
    #expect(strange.status == 2)
    #expect(
      strange.error.hasSuffix("has the class 'fish', which the model does not have. Its classes: cat, dog, owl.\n"))

    // The model knows how its pictures were prepared, and its classes.
    let predicted = try martlet(
      ["predict", "checkpoints/photos", "other", "photos/cat/0.png", "--top", "2", "--output", "p.csv"])
    #expect((predicted.status, predicted.output) == (0, ""), "\(predicted.error)")
    let rows = try directory.text("p.csv").split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(
      rows[0] == ["sample", "file", "class", "name", "top_1", "probability_1", "top_2", "probability_2", "label"])
    #expect(rows.count == 6 && rows[1][1] == "other/dog/20.png" && rows[5][1] == "photos/cat/0.png")
    #expect(rows[1...].map { $0[8] } == ["1", "1", "2", "2", "0"])
    #expect(rows[1...].allSatisfy { $0[3] == ["cat", "dog", "owl"][Int($0[2]) ?? 3] && $0[3] == $0[4] })
    // A Keras file that was exported from it does too, without any configuration.
    #expect(try martlet(["export", "checkpoints/photos", "model.keras"]).status == 0)
    #expect(try martlet(["predict", "model.keras", "other", "--output", "k.jsonl"]).status == 0)
    #expect(try directory.text("k.jsonl").contains("\"name\": \"\(rows[1][3])\""))
    for (arguments, status, message) in [
      (
        ["nowhere.png"], 2,
        "nowhere.png: does not exist. Name pictures (PNG, JPEG), folders of them, or a file of arrays.\n"
      ),
      (
        ["run.yml", "other"], 2, "run.yml: is not a picture (.png, .jpg, .jpeg). A file of arrays is predicted alone.\n"
      ),
      (
        ["other", "--dataset", "digits"], 2,
        "other: both inputs and a data set (--dataset, --data) are named. Leave out one of them.\n"
      ),
    ] {
      let failed = try martlet(["predict", "checkpoints/photos"] + arguments)
      #expect(failed.status == status && failed.error.hasSuffix(message), "\(failed.error)")
    }

    let shown = try martlet(["data", "show", "photos", "--class", "dog", "--count", "2", "--output", "dogs.png"])
    #expect(shown.output == "labels:\n1 dog  1 dog\n")
    let mistyped = try martlet(["data", "show", "photos", "--class", "dgo"])
    #expect(mistyped.status == 2 && mistyped.error.hasSuffix("has no class 'dgo'. Did you mean 'dog'?\n"))

    try FileManager.default.copyItem(
      atPath: "\(directory.path)/photos/cat/3.png", toPath: "\(directory.path)/photos/owl/99.png")
    let checked = try martlet(["data", "check", "photos"])
    #expect(checked.status == 1)
    #expect(
      checked.output.contains(
        "    train 2 (photos/cat/3.png, label 0 (cat)) = train 15 (photos/owl/99.png, label 2 (owl))\n"))
  }
}
