import Foundation
import Martlet
import Testing

@testable import KerasFormat

/// The layers and activation functions of the pinned Keras, from `KerasGolden/Files/catalog.txt`: Martlet has each, or
/// refuses it by its name.
@Suite("Of Keras' layers and activation functions")
struct KerasLayerCatalogTests {
  /// The names of a kind in Keras.
  private static func names(_ kind: String) -> [String] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let text = try? String(contentsOf: tests.appending(path: "KerasGolden/Files/catalog.txt"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map { $0.split(separator: " ") }
      .filter { $0.first == kind[...] }.map { String($0[1]) }
  }

  private static func layer(_ className: String, _ options: String = "") throws -> KerasLayer {
    var omissions = KerasOmissions(purpose: .training, file: "m")
    let node = try JSONDocument.parse(
      #"{"class_name": "\#(className)", "config": {"name": "the_layer"\#(options)}}"#)
    return try KerasLayer(node, index: 0, omissions: &omissions, file: "m")
  }

  @Test("every layer is there, or refused", arguments: names("layer"))
  func layers(name: String) throws {
    let has = Catalog.layers.all.contains { ([$0.className] + $0.classAliases).contains(name) }
    // What a layer needs besides its name is a fault of its options. Some do nothing unless options say so.
    guard !has, !["InputLayer", "ActivityRegularization", "Identity"].contains(name) else { return }
    let error = try #require(throws: ModelFileError.self) { _ = try Self.layer(name) }
    #expect("\(error)".contains(name), "\(error)")
  }

  /// Those that image classifiers use, and no others.
  @Test("functions that are not there are refused", arguments: names("activation"))
  func activations(name: String) throws {
    let missing = [
      "celu", "glu", "hard_shrink", "hard_tanh", "log_sigmoid", "soft_shrink", "sparse_plus", "sparse_sigmoid",
      "sparsemax", "squareplus", "tanh_shrink", "threshold",
    ]
    let options = #", "units": 2, "activation": "\#(name)""#
    guard missing.contains(name) else {
      guard case .computed(let dense, _) = try Self.layer("Dense", options).kind else {
        Issue.record("\(name) is left out")
        return
      }
      #expect((dense as? Dense)?.activation != .linear || name == "linear")
      return
    }
    let error = try #require(throws: ConfigurationError.self) { _ = try Self.layer("Dense", options) }
    #expect("\(error)".contains("unknown activation '\(name)'"), "\(error)")
  }

  @Test("the layers of image classifiers are all there")
  func complete() {
    let layers = [
      "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "ZeroPadding2D", "Cropping2D", "UpSampling2D",
      "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "Reshape", "Permute",
      "Flatten", "Dense", "BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization",
      "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "Add", "Concatenate", "Multiply", "Average",
      "Maximum", "Subtract", "Activation", "ReLU", "Softmax", "ELU", "LeakyReLU", "PReLU", "Rescaling",
      "Normalization", "Resizing", "CenterCrop", "RandomFlip", "RandomCrop", "RandomTranslation", "RandomRotation",
      "RandomZoom", "RandomBrightness", "RandomContrast", "RandomErasing",
    ]
    let known = Set(Catalog.layers.all.map { $0.className })
    #expect(layers.filter { !known.contains($0) } == [])
    #expect(Set(Self.names("layer")).isSuperset(of: layers))
  }
}
