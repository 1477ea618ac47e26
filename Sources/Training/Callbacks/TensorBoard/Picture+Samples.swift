import Datasets
import Images
import NeuralNetwork

extension Picture {
  /// Small samples and filters are enlarged to at least this height or width.
  private static let leastSize = 64
  /// The values of a picture's pixels, of which it has fewer samples if they are large.
  private static let valueLimit = 8 << 20
  /// Between samples or filters, of which some are as gray as the line.
  private static let gap = 4

  /// The filters of a convolution, (height, width, channels, filters), side by side; each from its smallest weight, black,
  /// to its largest. Of other than 1 or 3 channels, the sum is shown.
  ///
  /// - Returns: nil if the weights are not finite.
  init?(ofFilters kernel: Snapshot.Variable) {
    let sizes = kernel.shape.dimensions
    let (height, width, channels, count) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let shown = channels == 3 ? 3 : 1
    var filters = [Float](repeating: 0, count: count * height * width * shown)
    for (index, weight) in kernel.values.enumerated() {
      let (filter, channel, pixel) = (index % count, index / count % channels, index / count / channels)
      filters[(filter * height * width + pixel) * shown + channel % shown] += weight
    }
    guard
      let data = try? Dataset(
        name: kernel.path, shape: [height, width, shown], inputs: .floats(filters), targets: nil),
      let sheet = try? Self.sheet(data, Array(0..<count))
    else { return nil }
    image = sheet
  }

  /// The most confident wrong predictions, the most confident one first.
  ///
  /// - Precondition: the samples are images (`isDrawable`).
  /// - Returns: nil if there are none, or a sample has no class.
  /// - Throws: `DatasetError` or `FileError` if a sample cannot be decoded.
  init?(ofMistakes count: Int, _ prediction: Prediction, _ data: Dataset) throws {
    let labels = (0..<data.count).compactMap { data.classIndex($0, of: prediction.classes) }
    let (classes, probabilities) = (prediction.classIndices, prediction.probabilities)
    let wrong = labels.indices.filter { labels[$0] != classes[$0] }
    guard labels.count == data.count, !wrong.isEmpty else { return nil }
    func confidence(_ sample: Int) -> Float { probabilities[sample * prediction.classes + classes[sample]] }
    // Of equal ones, the first sample first.
    let sorted = wrong.sorted { (confidence($0), $1) > (confidence($1), $0) }
    image = try Self.sheet(data, Array(sorted.prefix(count)))
  }

  /// Some samples as one picture.
  private static func sheet(_ data: Dataset, _ samples: [Int]) throws -> PNGImage {
    let size = max(data.shape.image?.height ?? 1, data.shape.image?.width ?? 1)
    let zoom = (leastSize + size - 1) / size
    return try data.contactSheet(
      Array(samples.prefix(max(valueLimit / (data.shape.count * zoom * zoom), 1))), zoom: zoom,
      gap: gap)
  }
}
