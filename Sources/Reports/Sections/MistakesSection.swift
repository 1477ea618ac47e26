import Datasets

/// The wrong predictions with the highest probabilities, as pictures if the samples are images.
struct MistakesSection {
  let data: Dataset
  let samples: [ClassifiedSample]
  let names: [String]

  private static let limit = 24

  /// Nil if the outputs are not probabilities.
  var section: Section? {
    let mistakes = samples.filter { !$0.isCorrect && $0.confidence != nil }
      .sorted { ($1.confidence ?? 0, $0.index) < ($0.confidence ?? 0, $1.index) }
    guard samples.contains(where: { $0.confidence != nil }) else { return nil }
    let shown = Array(mistakes.prefix(Self.limit))
    let content: [HTML]
    if mistakes.isEmpty {
      content = [.paragraph("No sample is misclassified.")]
    } else {
      content =
        [
          .paragraph(
            "\(NumberText.grouped(mistakes.count)) of \(NumberText.grouped(samples.count)) samples are misclassified. Those with the highest probabilities are shown."
          )
        ] + pictures(shown) + [.details("Numbers of these samples", isOpen: !data.isDrawable, numbers(shown))]
    }
    return Section(id: "mistakes", title: "Most confident mistakes", content: content)
  }

  private func pictures(_ shown: [ClassifiedSample]) -> [HTML] {
    guard data.isDrawable else { return [] }
    let cards = SamplePictures(data: data).cards(shown.map(\.index)) { place in
      let sample = shown[place]
      return (
        "Sample \(sample.index): \(names[sample.actual]), predicted to be \(names[sample.predicted])",
        [
          .element("strong", [:], HTML(names[sample.actual])),
          .element(
            "small", [:], "predicted: \(names[sample.predicted]), \(NumberText.percent(sample.confidence ?? .nan))"),
          .element("small", [:], "true class: \(NumberText.percent(sample.actualProbability ?? .nan))"),
        ]
      )
    }
    return [cards]
  }

  private func numbers(_ shown: [ClassifiedSample]) -> HTML {
    let files = data.fileNames
    var table = Table(
      caption: "Index of the sample in \(data.name), and probabilities",
      columns: [
        .number("Sample"), .text("True class"), .text("Predicted"), .number("Of the predicted"), .number("Of the true"),
      ] + (files == nil ? [] : [.text("File")]))
    table.rows = shown.map { sample in
      [
        "\(sample.index)", HTML(names[sample.actual]), HTML(names[sample.predicted]),
        HTML(NumberText.metric(sample.confidence ?? .nan)), HTML(NumberText.metric(sample.actualProbability ?? .nan)),
      ] + (files.map { [HTML($0[sample.index])] } ?? [])
    }
    return table.html
  }
}
