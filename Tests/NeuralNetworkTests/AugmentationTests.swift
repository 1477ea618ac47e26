import Kernels
import Randomness
import Testing

@testable import NeuralNetwork

/// What Keras computes with the same draws is among the golden values: see `LayerConformanceTests`.
@Suite("Augmentation")
struct AugmentationTests {
  static let layers: [any AugmentationLayer] = [
    RandomFlip(mode: .horizontal),
    RandomTranslation(heightFactor: TranslationFactor(0.2), widthFactor: TranslationFactor(0.3)),
    RandomRotation(factor: -0.2...0.2), RandomZoom(heightFactor: -0.3...0.4),
    RandomBrightness(factor: -0.2...0.2, valueRange: -1...2),
    RandomContrast(factor: 0.3...0.5, valueRange: -1...2),
    RandomErasing(factor: 1...1, scale: 0.2...0.5, valueRange: 0...1),
  ]
  private static let samples = 24
  private static let shape: Shape = [5, 7, 2]

  private static func images(_ count: Int = 24) -> [Float] {
    var random = RandomStream(seed: 1, purpose: .initialWeights)
    return (0..<count * shape.count).map { _ in random.nextUniform() }
  }

  /// What becomes of the images of a batch, at a place in the model.
  private func changed(
    _ layer: any Layer, _ images: [Float] = AugmentationTests.images(), layerIndex: Int = 0, shards: Int = 1,
    groupSize: Int = 1,
    pass: Pass
  ) throws -> [Float] {
    let runner = try LayerRunner(layer, inputs: [Self.shape], layerIndex: layerIndex)
    let division = LayerRunner.Division(shards: shards, groupSize: groupSize)
    return try runner.run([images], variables: [], division: division, pass: pass).output
  }

  private func pass(seed: UInt64 = 3, epoch: Int = 1, step: Int = 20, firstSample: Int = 48) -> Pass {
    Pass(mode: .training, seed: seed, epoch: epoch, step: step, firstSample: firstSample)
  }

  @Test("is a function of seed, layer, epoch and place in the epoch's order alone", arguments: layers.indices)
  func draws(index: Int) throws {
    let layer = Self.layers[index]
    let expected = try changed(layer, pass: pass())
    #expect(expected != Self.images())
    for (shards, groupSize) in [(3, 1), (4, 2), (8, 8), (24, 4)] {
      #expect(try changed(layer, shards: shards, groupSize: groupSize, pass: pass()) == expected)
    }
    // Not the step: a run that was imported, or that has batches of another size, comes to the same place by another one.
    #expect(try changed(layer, pass: pass(step: 21)) == expected)
    let half = Self.samples / 2
    let (front, back) = (
      Array(Self.images().prefix(half * Self.shape.count)), Array(Self.images().suffix(half * Self.shape.count))
    )
    let parts =
      try changed(layer, front, pass: pass()) + changed(layer, back, pass: pass(step: 21, firstSample: 48 + half))
    #expect(parts == expected)
    #expect(try changed(layer, pass: pass(seed: 4)) != expected)
    #expect(try changed(layer, pass: pass(epoch: 2)) != expected)
    #expect(try changed(layer, pass: pass(firstSample: 72)) != expected)
    #expect(try changed(layer, layerIndex: 1, pass: pass()) != expected)
  }

  @Test("has a draw of its own for each image", arguments: layers.indices)
  func ownDraws(index: Int) throws {
    let one = Array(Self.images().prefix(Self.shape.count))
    let output = try changed(
      Self.layers[index], Array(repeating: one, count: Self.samples).flatMap { $0 }, pass: pass())
    let images = Set((0..<Self.samples).map { Array(output[$0 * one.count..<($0 + 1) * one.count]) })
    #expect(images.count == (index == 0 ? 2 : Self.samples))
  }

  @Test("takes its own seed in place of the run's")
  func ownSeed() throws {
    let (own, other) = (RandomFlip(seed: 9), RandomFlip(seed: 10))
    #expect(try changed(own, pass: pass(seed: 1)) == changed(own, pass: pass(seed: 2)))
    #expect(try changed(own, pass: pass()) == changed(RandomFlip(), pass: pass(seed: 9)))
    #expect(try changed(own, pass: pass()) != changed(other, pass: pass()))
  }

  @Test("does nothing in inference, and nothing if it moves nothing")
  func nothing() throws {
    for layer in Self.layers { #expect(try changed(layer, pass: .inference) == Self.images()) }
    let still = RandomTranslation(heightFactor: TranslationFactor(0), widthFactor: TranslationFactor(0...0))
    #expect(try changed(still, pass: pass()) == Self.images())
  }

  @Test("crops each image at a place of its own; at the center and resized in inference")
  func crops() throws {
    // The values of a row and of a column are those of their position.
    let image = (0..<35).flatMap { (index: Int) -> [Float] in [Float(index / 7), Float(index % 7)] }
    let count = 600
    let images = Array(repeating: image, count: count).flatMap { $0 }
    let runner = try LayerRunner(RandomCrop(height: 3, width: 4), inputs: [Self.shape])
    let output = try runner.run([images], variables: [], pass: pass()).output
    var places: [[Float]: Int] = [:]
    for sample in 0..<count {
      let part = Array(output[sample * 24..<(sample + 1) * 24])
      let (top, left) = (part[0], part[1])
      let expected = (0..<12).flatMap { (index: Int) -> [Float] in
        [top + Float(index / 4), left + Float(index % 4)]
      }
      #expect(part == expected)
      places[[top, left], default: 0] += 1
    }
    // 3 · 4 places, each 50 times, give or take six standard deviations.
    #expect(places.count == 12 && places.values.allSatisfy { abs($0 - 50) < 42 }, "\(places)")
    let center = try runner.run([image], variables: [], pass: .inference).output
    let resized = try LayerRunner(Resizing(height: 3, width: 4, cropsToAspectRatio: true), inputs: [Self.shape])
      .run([image], variables: [], pass: .inference).output
    #expect(center == resized && center != Array(output[..<24]))
  }

  @Test("erases images with a probability from its factor")
  func erased() throws {
    let count = 1000
    let images = Self.images(count)
    for (factor, expected) in [(0.0...0.0, 0.0), (0...0.4, 0.2), (0.3...0.5, 0.4), (1...1, 1)] {
      let layer = RandomErasing(factor: factor, scale: 0.3...0.9, fillValue: [5], valueRange: 0...9)
      let output = try changed(layer, images, pass: pass())
      let size = Self.shape.count
      let share = (0..<count).filter { (sample: Int) -> Bool in
        let values = sample * size..<(sample + 1) * size
        return output[values] != images[values]
      }.count
      // Six standard deviations.
      #expect(abs(Double(share) - expected * Double(count)) < 95, "\(factor): \(share)")
      #expect(zip(output, images).allSatisfy { $0 == $1 || $0 == 5 })
    }
  }

  @Test("flips half of the images", arguments: RandomFlip.Mode.allCases)
  func share(mode: RandomFlip.Mode) throws {
    let count = 1000
    let images = Self.images(count)
    let output = try changed(RandomFlip(mode: mode), images, pass: pass())
    let size = Self.shape.count
    let flipped = (0..<count).filter { output[$0 * size] != images[$0 * size] }.count
    // Six standard deviations.
    #expect(abs(flipped - count / 2) < 95)
  }

  /// The pixels 1 2 3 4, moved to the right by 6 pixels, as the pixel before the first and as that behind the last.
  static let outside: [(mode: FillMode, right: [Float], left: [Float])] = [
    (.reflect, [3, 4, 4, 3], [2, 1, 1, 2]), (.wrap, [3, 4, 1, 2], [3, 4, 1, 2]),
    (.constant, [9, 9, 9, 9], [9, 9, 9, 9]), (.nearest, [1, 1, 1, 1], [4, 4, 4, 4]),
  ]

  @Test("finds beyond the edge what Keras' documentation draws", arguments: outside)
  func edges(mode: FillMode, right: [Float], left: [Float]) {
    let image = ImagePlanes(TensorLayout([1, 4, 1]))
    for (distance, expected) in [(Float(6), right), (-6, left)] {
      for interpolation in RandomTranslation.Interpolation.allCases {
        func axis(_ size: Int, _ distance: Float) -> TranslatedAxis {
          TranslatedAxis(size: size, distance: distance, fillMode: mode, interpolation: interpolation)
        }
        let change = ImageTranslation(rows: axis(1, 0), columns: axis(4, distance), fillValue: 9)
        var output = [Float](repeating: 0, count: 4)
        let scratch = FloatBuffer(count: ImageTranslation.scratchCount(image))
        change.apply([1, 2, 3, 4], to: &output, image, scratch: scratch.start)
        #expect(output == expected)
      }
    }
  }

  @Test("moves down and to the right by positive factors, each in its range")
  func directions() throws {
    // Of an image with one bright pixel the center of mass moves as the image does.
    let shape: Shape = [40, 60, 1]
    var image = [Float](repeating: 0, count: shape.count)
    image[20 * 60 + 30] = 1
    let layer = RandomTranslation(
      heightFactor: TranslationFactor(0.1...0.3), widthFactor: TranslationFactor(-0.4...(-0.2)), fillMode: .constant)
    let samples = 200
    let output = try LayerRunner(layer, inputs: [shape]).run(
      [Array(repeating: image, count: samples).flatMap { $0 }], variables: [], pass: pass()
    ).output
    var (downs, rights): ([Float], [Float]) = ([], [])
    for sample in 0..<samples {
      var (down, right): (Float, Float) = (0, 0)
      for index in 0..<shape.count {
        let value = output[sample * shape.count + index]
        down += value * Float(index / 60 - 20)
        right += value * Float(index % 60 - 30)
      }
      downs.append(down / 40)
      rights.append(right / 60)
    }
    for (values, range) in [(downs, Float(0.1)...0.3), (rights, Float(-0.4)...(-0.2))] {
      #expect(values.allSatisfy { $0 > range.lowerBound - 1e-4 && $0 < range.upperBound + 1e-4 })
      #expect((values.min() ?? 0) < range.lowerBound + 0.01 && (values.max() ?? 0) > range.upperBound - 0.01)
    }
  }

  @Test("computes the same of images whose channels are apart in memory")
  func planes() throws {
    let (shape, planar) = (Self.shape, TensorLayout(Self.shape, channelsFirstImage: Self.shape))
    let images = Self.images(1)
    func permuted(_ values: [Float]) -> [Float] {
      (0..<2).flatMap { channel in (0..<35).map { values[$0 * 2 + channel] } }
    }
    func check(_ change: some ImageChange) {
      for isTransposed in [false, true] {
        func computed(_ values: [Float], _ layout: TensorLayout) -> [Float] {
          var output = [Float](repeating: .nan, count: shape.count)
          let planes = ImagePlanes(layout)
          let scratch = FloatBuffer(count: max(type(of: change).scratchCount(planes), 1))
          if isTransposed {
            change.transpose(values, x: values, to: &output, planes, scratch: scratch.start)
          } else {
            change.apply(values, to: &output, planes, scratch: scratch.start)
          }
          return output
        }
        #expect(computed(permuted(images), planar) == permuted(computed(images, TensorLayout(shape))))
      }
    }
    for (isHorizontal, isVertical) in [(true, false), (false, true), (true, true), (false, false)] {
      check(ImageFlip(isHorizontal: isHorizontal, isVertical: isVertical))
    }
    for mode in FillMode.allCases {
      for interpolation in RandomTranslation.Interpolation.allCases {
        check(
          ImageTranslation(
            rows: TranslatedAxis(size: 5, distance: 1.3, fillMode: mode, interpolation: interpolation),
            columns: TranslatedAxis(size: 7, distance: -2.6, fillMode: mode, interpolation: interpolation), fillValue: 2
          ))
      }
    }
  }

  // MARK: - Before the first layer

  private static let lesson: [any Layer] = [
    Conv2D(filters: 4, kernelSize: [3, 3], activation: .relu), MaxPooling2D(), Flatten(), Dense(units: 3),
  ]

  @Test(
    "leaves the first layers the operations that they have without it", arguments: [Pass.Mode.training, .inference])
  func fusion(mode: Pass.Mode) throws {
    let plan = try Model(Self.layers + Self.lesson).plan(inputShape: [12, 12, 1])
    let operations = try plan.compile(mode: mode, kernels: InstructionSet.bestSupported.kernels).operations
    #expect(operations.contains { $0.operation is OneChannelPooledConvolution })
    #expect(operations.filter { $0.operation.keptBytes > 0 }.count == 1)
  }

  @Test("does not hide that a model brings pixels to their scale itself")
  func scaling() {
    let scaled = Model(Self.layers + [Rescaling(scale: 1 / 255)] + Self.lesson)
    #expect(scaled.beginsWithScaling && abs(scaled.pixelDivisor - 255) < 1e-3)
    let other = Model([Dropout(rate: 0.5), Rescaling(scale: 1 / 255)] + Self.lesson)
    #expect(!other.beginsWithScaling && other.pixelDivisor == 1)
    #expect(!Model(Self.layers).beginsWithScaling)
  }

  @Test("is asked for images alone")
  func vectors() {
    for layer in Self.layers {
      let error = #expect(throws: ModelError.self) { try Model([Flatten(), layer]).plan(inputShape: [4, 4, 1]) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("put it before a flatten layer"))
    }
  }
}
