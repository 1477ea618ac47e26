import DurableFiles
import Martlet
import TestSupport
import Testing

@Suite("martlet data convert")
struct DataConvertCommandTests {
  @Test(
    "gives files with the same fingerprint, and prints the configuration that reads them",
    arguments: ["out.npz", "out/", "p/out"])
  func convert(output: String) throws {
    let directory = try TemporaryDirectory()
    try OwnData.grayImages.write(to: directory)
    let finished = try Shell.martlet(["data", "convert", "mine.npz", output], in: directory.path)
    #expect((finished.status, finished.error) == (0, ""))
    #expect(finished.output.hasPrefix("Wrote \(output)") && finished.output.contains("bytes (60, 16, 12, 1)\n"))
    let data = try #require(finished.output.split(separator: "\n").last)
    let config = try directory.write(
      "name: x\n\(data)\nmodel: [flatten, dense: {units: 3, activation: softmax}]\n", to: "run.yml")
    let trained = try Shell.martlet(
      ["train", config, "--epochs", "1", "--set", "fit.batch_size=20"], in: directory.path)
    #expect(trained.status == 0, "\(trained.error)")
    let source = try #require(try RunConfiguration(contentsOf: config).source?.inDirectory(directory.path))
    let parts = try source.parts(DatasetContext(environment: [:]))
    #expect(
      try parts.map(\.data.fingerprint)
        == [OwnData.grayImages.data(60).fingerprint, OwnData.grayImages.data(15, from: 60).fingerprint])
  }

  @Test(
    "prints a section in YAML, with the divisor and the names of the classes",
    arguments: ["a, b.npz", "x: y.h5", "h #ash.npz", "{x}.npz", "n\nl.npz", "1.5.h5"])
  func section(output: String) throws {
    let directory = try TemporaryDirectory()
    let data = try Dataset(
      name: "x", shape: [2, 2, 1], inputs: .floats((0..<12).map(Float.init)), targets: .labels([0, 1, 1]))
    let parts = [DatasetPart(.train, try data.named(["cat, dog", "owl"]))]
    let path = "\(directory.path)/\(output)"
    let format = try #require(DatasetConversion.Format(path: path))
    let result = try DatasetConversion.write(parts, to: path, format, scale: 16)
    let text = "name: x\n\(result.configuration)\nmodel: [flatten, dense: 2]\nfit: {validation_split: 0.4}\n"
    let configuration = try RunConfiguration(yaml: text, file: "x")
    #expect(configuration.training.scale == 16 && configuration.training.classNames == ["cat, dog", "owl"])
    #expect(try configuration.load(DatasetContext(environment: [:])).train.classNames == ["cat, dog", "owl"])
  }

  @Test("does not write to devices, whatever their names", arguments: ["out", "out.npz", "out.h5"])
  func devices(name: String) throws {
    let directory = try TemporaryDirectory()
    let link = try Shell.run("/bin/ln", ["-s", "/dev/null", name], in: directory.path)
    #expect(link.status == 0)
    let refused = try Shell.martlet(["data", "convert", "digits", name], in: directory.path)
    #expect((refused.status, refused.output) == (2, "") && directory.names == [name])
    #expect(refused.error.hasPrefix("martlet: \(name): is a device or a pipe. Name a file to write"))
  }

  @Test("replaces files only when asked, and never its input")
  func existing() throws {
    let directory = try TemporaryDirectory()
    try OwnData.grayImages.write(to: directory)
    _ = try directory.write("old", to: "out.h5")
    let convert = ["data", "convert", "mine.npz"]
    let refused = try Shell.martlet(convert + ["out.h5"], in: directory.path)
    #expect((refused.status, refused.error) == (2, "martlet: out.h5: exists. --overwrite replaces it.\n"))
    #expect(try directory.text("out.h5") == "old")
    #expect(try Shell.martlet(convert + ["out.h5", "--overwrite"], in: directory.path).status == 0)
    #expect(AtomicFile.start(of: "\(directory.path)/out.h5", count: 4) == [0x89, 0x48, 0x44, 0x46])
    let itself = try Shell.martlet(convert + ["mine.npz", "--overwrite"], in: directory.path)
    #expect(itself.status == 2 && itself.error.hasPrefix("martlet: mine.npz: is an input file, and is not replaced."))
    let format = try Shell.martlet(convert + ["out.csv"], in: directory.path)
    #expect(format.status == 2 && format.error.hasPrefix("martlet: out.csv: the name must end in .npz or .h5"))
    let floats = try Shell.martlet(["data", "convert", "mine.npz", "none/out.npz"], in: directory.path)
    #expect(floats.status == 1 && floats.error.hasPrefix("martlet: none/out.npz: cannot be created:"))
    try OwnData.vectors.write(to: directory, as: "vectors.npz")
    let idx = try Shell.martlet(["data", "convert", "vectors.npz", "idx"], in: directory.path)
    #expect(idx.status == 2 && idx.error.contains("IDX files hold bytes. Write .npz or .h5 instead.\n"))
  }
}

@Suite("Python and converted data", .python)
struct DataConvertPythonTests {
  @Test("numpy and h5py read what is written")
  func python() throws {
    let directory = try TemporaryDirectory()
    let data = try Dataset(
      name: "x", shape: [2, 2, 1], inputs: .bytes(Array(0..<12)), targets: .labels([0, 1, 1]), weights: [1, 0.5, 2],
      classNames: ["cat", "Löwe"])
    let floats = try OwnData.values.data(4)
    for (name, data) in [("bytes", data), ("floats", floats)] {
      for suffix in ["npz", "h5"] {
        let path = "\(directory.path)/\(name).\(suffix)"
        _ = try DatasetConversion.write(
          [DatasetPart(.train, data)], to: path, DatasetConversion.Format(path: path) ?? .npz)
      }
    }
    let script = """
      import h5py, numpy
      archive = numpy.load("bytes.npz")
      with h5py.File("bytes.h5") as file:
          for x, y, w, names in [
              (archive["x_train"], archive["y_train"], archive["w_train"], list(archive["class_names"])),
              (file["train/x"][...], file["train/y"][...], file["train/weights"][...],
               [name.decode() for name in file["class_names"][...]])]:
              assert x.dtype == numpy.uint8 and x.shape == (3, 2, 2, 1) and (x.ravel() == numpy.arange(12)).all()
              assert y.dtype == numpy.int32 and list(y) == [0, 1, 1] and list(w) == [1, 0.5, 2]
              assert names == ["cat", "L\\u00f6we"], names
      with h5py.File("floats.h5") as file:
          archive = numpy.load("floats.npz")
          assert (file["train/x"][...] == archive["x_train"]).all() and archive["x_train"].dtype == numpy.float32
          assert archive["y_train"].shape == (4, 2) and (file["train/y"][...] == archive["y_train"]).all()
      print("equal")
      """
    let finished = try Python.run([directory.write(script, to: "check.py")], in: directory.path)
    #expect(finished.output == "equal\n", "\(finished.error)")
  }
}
