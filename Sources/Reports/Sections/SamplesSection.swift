import Datasets
import NeuralNetwork
import Training

/// Samples of the training data, as they are and as training sees them.
struct SamplesSection {
  let settings: TrainingConfiguration
  let data: Dataset
  let classNames: [String]?

  private static let limit = 12

  /// Nil if the samples are not images.
  ///
  /// - Throws: `DatasetError`, `FileError` or `ModelError` if the samples cannot be read or changed.
  var section: Section? {
    get throws {
      guard data.isDrawable else { return nil }
      let indices = Self.someOfEachClass(data)
      let inputs = try AugmentedInputs(settings, data: data)
      let changed = try inputs.map { try $0.samples(indices, epoch: 0) }
      let pictures = SamplePictures(data: data)
      let originals = pictures.cards(indices) { place in
        let name = name(indices[place])
        return ("Training sample \(indices[place])\(name.map { ": \($0)" } ?? "")", name.map { [HTML($0)] } ?? [])
      }
      guard let changed, changed.isDrawable else {
        return Section(
          id: "samples", title: "Samples",
          content: [
            .paragraph(
              """
              Samples of the training data. \
              \(isAugmented ? "The model augments them after other layers, which is not shown." : "They are not augmented.")
              """),
            originals,
          ])
      }
      let augmented = SamplePictures(data: changed).cards(Array(indices.indices)) { place in
        let name = name(indices[place])
        return ("Training sample \(indices[place]), augmented", name.map { [HTML($0)] } ?? [])
      }
      return Section(
        id: "samples", title: "Samples as training sees them",
        content: [
          .paragraph("The same samples of the training data as they are, and below as the first epoch sees them."),
          .heading("As they are"), originals, .heading("Augmented"), augmented,
        ])
    }
  }

  /// Whether any layer changes its inputs at random.
  private var isAugmented: Bool { settings.model.layers.contains { $0 is any AugmentationLayer } }

  private func name(_ index: Int) -> String? {
    data.classes.map { labels in
      let label = Int(labels[index])
      return classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? "\(label)"
    }
  }

  /// The first samples of each class in turn.
  private static func someOfEachClass(_ data: Dataset) -> [Int] {
    let count = SamplePictures.count(of: data, limit: limit)
    let classes = data.samplesByClass
    var (chosen, place) = ([Int](), 0)
    while chosen.count < min(count, data.count) {
      for samples in classes where place < samples.count && chosen.count < count { chosen.append(Int(samples[place])) }
      place += 1
    }
    return chosen
  }
}
