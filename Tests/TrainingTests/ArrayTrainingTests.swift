import Configuration
import Datasets
import Foundation
import Images
import NeuralNetwork
import TestSupport
import Testing

@testable import Training

/// The same arrays in files of every format: those of `DatasetsTests/Golden/make_arrays.py`.
@Suite("Training on arrays in files")
struct ArrayTrainingTests {
  private static let context = DatasetContext(environment: [:])

  private static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "DatasetsTests/Golden/\(name)").path
  }

  private static func hdf5(_ group: String, cache: ConvertedSamples = .memory) -> HDF5Source {
    let paths = ArrayPaths(
      trainInputs: "/\(group)/x_train", trainTargets: "/\(group)/y_train", testInputs: "/\(group)/x_test",
      testTargets: "/\(group)/y_test")
    return HDF5Source(file: path("arrays.h5"), paths: paths, cache: cache)
  }

  private static func trained(_ data: Dataset, workers: Int) throws -> Trainer {
    let trainer = try Trainer(
      TrainingConfiguration(
        model: Sequential([
          Conv2D(filters: 4, kernelSize: [3, 3], padding: .same, activation: .relu), Flatten(),
          Dense(units: 4, activation: .softmax),
        ]), epochs: 2, batchSize: 3, shards: 2, seed: 5),
      inputShape: data.shape, workerCount: workers)
    try trainer.fit(data)
    return trainer
  }

  @Test("gives the same weights as data in memory, to the bit", arguments: [1, 2])
  func sameWeights(workers: Int) throws {
    let cache = try TemporaryDirectory()
    let cached = DatasetContext(environment: ["XDG_CACHE_HOME": cache.path])
    let images = (0..<7 * 24).map { UInt8($0 * 37 % 256) }
    let memory = try Dataset(name: "memory", shape: [4, 3, 2], images: images, labels: [3, 1, 0, 2, 3, 1, 2])
    let expected = try Self.trained(memory, workers: 1)
    let sources: [any DatasetSource] = [
      IDXSource(trainImages: Self.path("images.idx"), trainLabels: Self.path("labels.idx")),
      NPYSource(paths: ArrayPaths(trainInputs: Self.path("images.npy"), trainTargets: Self.path("labels.npy"))),
      Self.hdf5("plain"), Self.hdf5("packed"), Self.hdf5("packed", cache: .disk),
    ]
    for source in sources {
      let data = try source.load(.train, cached)
      #expect(try differences(expected, Self.trained(data, workers: workers)) == [], "\(source)")
    }
    // The archive has sample weights, too: the same ones give the same weights of the network.
    let weighted = try [
      NPZSource(file: Self.path("arrays.npz")), NPZSource(file: Self.path("arrays-deflated.npz")),
      NPZSource(file: Self.path("zip64.npz")),
    ].map { try Self.trained($0.load(.train, Self.context), workers: workers) }
    #expect(differences(weighted[0], weighted[1]) == [] && differences(weighted[0], weighted[2]) == [])
    #expect(differences(expected, weighted[0]) != [])
  }

  @Test("gives the same weights from pictures in files, wherever they are kept", arguments: ["memory", "disk", "none"])
  func pictures(cache: String) throws {
    let directory = try TemporaryDirectory()
    let images = (0..<7 * 36).map { UInt8($0 * 37 % 256) }
    let labels: [Int32] = [3, 1, 0, 2, 3, 1, 2]
    let lines = try labels.enumerated().map { index, label in
      let pixels = Array(images[index * 36..<(index + 1) * 36])
      _ = try directory.write(
        PNGImage(height: 4, width: 3, channels: 3, pixels: pixels).encoded, to: "\(index).png")
      return "\(index).png,\(label)"
    }
    let list = try directory.write(Array(lines.joined(separator: "\n").utf8), to: "list.csv")
    let options = [("files", list), ("cache", cache)].map {
      ConfigurationEntry($0.0, ConfigurationNode(.string($0.1)))
    }
    let source = try ImageFolderSource(
      options: ConfigurationReader(
        ConfigurationNode(mapping: options), path: "data", keys: ImageFolderSource.optionKeys))
    let data = try source.load(.train, DatasetContext(environment: ["XDG_CACHE_HOME": directory.path]))
    let memory = try Dataset(name: "memory", shape: [4, 3, 3], images: images, labels: labels)
    for workers in [1, 2] {
      #expect(try differences(Self.trained(memory, workers: 1), Self.trained(data, workers: workers)) == [])
    }
  }
}
