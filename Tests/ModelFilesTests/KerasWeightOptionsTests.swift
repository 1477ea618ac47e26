import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Options of weights and activities in files of Keras'")
struct KerasWeightOptionsTests {
  private static func model() -> Model {
    var model = Model()
    var depthwise = DepthwiseConv2D(kernelSize: [3, 3])
    depthwise.kernel = WeightOptions(HeNormal(), regularizer: L2(l2: 0.25), constraint: MaxNorm(axes: [0, 1]))
    depthwise.bias.regularizer = L1(l1: 0.5)
    model.append(depthwise, activityRegularizer: L1L2(l1: 0.125, l2: 0.5))
    var separable = SeparableConv2D(filters: 3, kernelSize: [2, 2])
    separable.depthwiseKernel.constraint = UnitNorm()
    separable.pointwiseKernel.regularizer = L2(l2: 0.5)
    model.append(separable)
    var transposed = Conv2DTranspose(filters: 2, kernelSize: [2, 2])
    transposed.kernel.constraint = NonNeg()
    model.append(transposed)
    var prelu = PReLU(sharedAxes: [1, 2])
    prelu.alpha = WeightOptions(Constant(value: 0.25), regularizer: L1(l1: 0.25))
    model.append(prelu)
    var layerNormalization = LayerNormalization()
    layerNormalization.gamma.regularizer = L2(l2: 0.25)
    model.append(layerNormalization)
    var groupNormalization = GroupNormalization(groups: 1)
    groupNormalization.beta.constraint = NonNeg()
    model.append(groupNormalization)
    model.append(Flatten())
    model.append(ActivityRegularization(l1: 0.5))
    model.append(Dense(units: 4, activation: .softmax), activityRegularizer: L2(l2: 0.25))
    return model
  }

  @Test("are read as Keras writes them, also for a training that resumes", arguments: ["keras", "h5"])
  func read(suffix: String) throws {
    let file = try KerasModelFile(path: KerasGolden.path("purposes/weighted.\(suffix)"))
    let imported = try file.model(for: .training)
    #expect(imported.notes.isEmpty)
    let (model, layers) = (imported.model.model, imported.model.model.layers)
    let depthwise = try #require(layers[0] as? DepthwiseConv2D)
    #expect(
      depthwise.kernel
        == WeightOptions(HeNormal(), regularizer: L2(l2: 0.01), constraint: MaxNorm(maximum: 2, axes: [0, 1])))
    #expect(depthwise.bias == WeightOptions(Zeros(), regularizer: L1(l1: 0.25)))
    let separable = try #require(layers[1] as? SeparableConv2D)
    #expect(separable.depthwiseKernel == WeightOptions(GlorotUniform(), constraint: UnitNorm()))
    #expect(separable.pointwiseKernel == WeightOptions(GlorotUniform(), regularizer: L1L2(l1: 0.125, l2: 0.25)))
    let transposed = try #require(layers[2] as? Conv2DTranspose)
    #expect(transposed.kernel == WeightOptions(GlorotUniform(), regularizer: L2(l2: 0.01), constraint: NonNeg()))
    #expect((layers[3] as? PReLU)?.alpha == WeightOptions(Constant(value: 0.25), constraint: NonNeg()))
    #expect((layers[4] as? LayerNormalization)?.gamma == WeightOptions(Ones(), regularizer: L2(l2: 0.01)))
    #expect((layers[5] as? GroupNormalization)?.beta == WeightOptions(Zeros(), constraint: NonNeg()))
    #expect(layers[7] as? ActivityRegularization == ActivityRegularization(l1: 0.5))
    // Keras keeps factors as 32-bit numbers.
    let penalties = model.nodes.map { $0.activityRegularizer.map { [Float($0.l1), Float($0.l2)] } }
    #expect(penalties[0] == [0.01, 0] && penalties[8] == [0, 0.125])
    #expect(penalties.compactMap(\.self).count == 2)
  }

  @Test("are written as Keras writes them, and read again", arguments: [ExportFormat.keras, .h5])
  func roundTrip(format: ExportFormat) throws {
    let options = UpdateOptions(learningRateMultipliers: [LearningRateMultiplier("dense", 10)])
    let plan = try Self.model().plan(inputShape: [6, 6, 2])
    let weights = plan.variables.indices.map {
      Snapshot.Variable(
        path: plan.variables[$0].path, shape: plan.variables[$0].shape, values: plan.initialValues(of: $0, seed: 3))
    }
    let trained = TrainedModel(
      model: Self.model(), inputShape: [6, 6, 2], weights: weights, optimizer: SGD(updateOptions: options),
      loss: CategoricalCrossentropy(), metrics: [], optimizerState: nil)
    let file = try KerasModelFile(trained.exported(format, path: "x"), path: "x")
    let again = try file.model(for: .trainingAnew)
    #expect(again.notes.isEmpty, "\(again.notes)")
    #expect(again.model.model.configuration == Self.model().configuration)
    #expect(again.model.weights == weights)
    let text = file.contents.model ?? ""
    #expect(text.contains("\"activity_regularizer\":") && text.contains("\"depthwise_constraint\":"), "\(text)")
    // Keras does not know the option, and would refuse it.
    #expect(!text.contains("multipliers") && !(file.contents.training ?? "").contains("multipliers"))
  }
}
