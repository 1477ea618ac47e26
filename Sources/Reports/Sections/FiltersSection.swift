import Images
import NeuralNetwork
import Training

/// The filters of the first convolution, as pictures.
struct FiltersSection {
  let name: String
  /// (height, width, channels, filters), in row-major order.
  private let kernel: Snapshot.Variable
  private let bias: Snapshot.Variable?

  private static let limit = 256

  /// Nil if the model has no convolution.
  init?(plan: ModelPlan, weights: [Snapshot.Variable]) {
    guard let node = plan.nodes.first(where: { $0.layer is Conv2D }),
      let kernel = weights.first(where: { $0.path == "\(node.name)/kernel" }), kernel.shape.dimensions.count == 4
    else { return nil }
    name = node.name
    self.kernel = kernel
    bias = weights.first { $0.path == "\(node.name)/bias" }
  }

  private var size: [Int] { kernel.shape.dimensions }

  private func value(_ row: Int, _ column: Int, _ channel: Int, of filter: Int) -> Float {
    kernel.values[((row * size[1] + column) * size[2] + channel) * size[3] + filter]
  }

  private func values(of filter: Int) -> [Float] {
    stride(from: filter, to: kernel.values.count, by: size[3]).map { kernel.values[$0] }
  }

  var section: Section {
    let shown = min(size[3], Self.limit)
    let hasColors = size[2] == 3
    let gray =
      "Gray is 0, \(hasColors ? "and the colors are those of the channels" : "white the largest and black the smallest weight")."
    let means = size[2] > 1 && !hasColors ? " Each is the mean over \(size[2]) channels." : ""
    let part = shown < size[3] ? " The first \(shown) of \(size[3]) are shown." : ""
    let largest = kernel.values.map { abs($0) }.max() ?? 0
    let tiles = (0..<shown).map { filter in
      HTML.element(
        "figure", ["class": "filter"],
        [
          Picture(image: image(filter, largest: largest), alternative: "Filter \(filter)").html,
          .element("figcaption", [:], .element("small", [:], "\(filter)")),
        ])
    }
    return Section(
      id: "filters", title: "Filters of the first convolution",
      content: [
        .paragraph(
          "\(size[3]) filters of \(size[0])x\(size[1])x\(size[2]) weights of the layer \(name). \(gray)\(means)\(part)"),
        .element("div", ["class": "filters"], tiles), .details("Numbers of the filters", numbers(shown)),
      ])
  }

  private func image(_ filter: Int, largest: Float) -> PNGImage {
    let channels = size[2] == 3 ? 3 : 1
    var pixels: [UInt8] = []
    for row in 0..<size[0] {
      for column in 0..<size[1] {
        let weights = (0..<size[2]).map { value(row, column, $0, of: filter) }
        let shown = channels == 3 ? weights : [weights.reduce(0, +) / Float(size[2])]
        pixels += shown.map { weight in
          let share = weight / largest
          return share.isFinite ? UInt8((127.5 + 127.5 * share).rounded()) : 128
        }
      }
    }
    return PNGImage(height: size[0], width: size[1], channels: channels, pixels: pixels)
  }

  private func numbers(_ shown: Int) -> HTML {
    var table = Table(
      caption: "Weights of each filter",
      columns: [.number("Filter"), .number("Minimum"), .number("Maximum"), .number("Norm")]
        + (bias == nil ? [] : [.number("Bias")]))
    table.rows = (0..<shown).map { filter in
      let values = values(of: filter).map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let numbers = [values.min() ?? 0, values.max() ?? 0, norm] + (bias.map { [Double($0.values[filter])] } ?? [])
      return ["\(filter)"] + numbers.map { HTML(NumberText.metric($0)) }
    }
    return table.html
  }
}
